package io.openpanel.sso.internal.scim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Problem;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FiltersTest {
    private static final int DEEP = 1_000;

    @Test
    void whatStandsInATextMakesAFilterNeitherDeeperNorLess() {
        String opened = "(".repeat(DEEP);
        String closed = ")".repeat(DEEP);
        assertThat(Filters.users(Optional.of("userName eq \"\\\"" + opened + '"'))
                        .arguments())
                .containsExactly('"' + opened);
        assertThatThrownBy(() -> Filters.users(
                        Optional.of("userName eq \"" + closed + "\" and " + opened + "active eq true" + closed)))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.getMessage())
                        .contains("deeper than"));
    }
}
