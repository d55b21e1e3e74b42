package io.openpanel.docker.internal.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.openpanel.testkit.FakeCall;
import org.junit.jupiter.api.Test;

class BuildLinesTest {
    private final FakeCall call = FakeCall.ofTeam("t1");
    private final BuildLines lines = new BuildLines(call);

    @Test
    void coloursAndCursorMovesAreLeftOut() {
        lines.text("\u001B[1;32mgr");
        lines.text("een\u001B[0m\u001B[K\nprogress 1%\rprogress 2%\r\n\u001B]0;title\u0007bell\u0008\n\n");
        lines.flush();
        assertThat(call.lines).containsExactly("green", "progress 1%", "progress 2%", "bell");
    }

    @Test
    void stepsMoveTheProgress() {
        lines.text("Step 3/4 : RUN x\n");
        assertThat(call.progress).isEqualTo(50);
        lines.text("#9 [build 5/5] RUN y\n");
        assertThat(call.progress).isEqualTo(80);
    }

    @Test
    void theEndNamesTheError() {
        assertThat(lines.end()).isEqualTo("the builder said nothing");
        lines.text("#5 ERROR: process did not complete: exit code: 7\nsome more\n");
        assertThat(lines.end()).contains("exit code: 7");
    }

    @Test
    void aLineWithoutEndIsCut() {
        lines.text("x".repeat(40_000));
        lines.flush();
        assertThat(call.lines).hasSize(3).allMatch(line -> line.length() <= 16 * 1024);
    }

    @Test
    void aPullTellsEachStateOnce() throws Exception {
        PullProgress pull = new PullProgress();
        ObjectMapper json = new ObjectMapper();
        assertThat(pull.line(json.readTree("{\"stream\":\"x\"}"))).isEmpty();
        assertThat(pull.line(json.readTree("{\"status\":\"Downloading\",\"id\":\"0123456789ab\"}")))
                .contains("0123456789ab: Downloading");
        assertThat(pull.line(
                        json.readTree("{\"status\":\"Downloading\",\"id\":\"0123456789ab\",\"progress\":\"50%\"}")))
                .isEmpty();
        assertThat(pull.percent()).isZero();
        assertThat(pull.line(json.readTree("{\"status\":\"Pull complete\",\"id\":\"0123456789ab\"}")))
                .isPresent();
        assertThat(pull.percent()).isEqualTo(99);
        assertThat(pull.line(json.readTree("{\"status\":\"Digest: sha256:1\"}")))
                .contains("Digest: sha256:1");
    }
}
