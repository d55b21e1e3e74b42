package io.openpanel.kernel.internal.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TopicsTest {
    @Test
    void aStarIsOneWordAndTwoAreAny() {
        assertThat("deployment.finished")
                .matches(Topics.regex("deployment.*"))
                .matches(Topics.regex("**"))
                .matches(Topics.regex("deployment.finished"));
        assertThat("a.b.c").doesNotMatch(Topics.regex("a.*")).matches(Topics.regex("a.**"));
        assertThat("deploymentXfinished").doesNotMatch(Topics.regex("deployment.finished"));
    }

    @Test
    void whatIsNoPatternIsRefused() {
        assertThatThrownBy(() -> Topics.regex("a(b")).hasMessageContaining("no topic pattern");
    }
}
