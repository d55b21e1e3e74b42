package io.openpanel.docker.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineProblemsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dockerfile parse error line 2: unknown instruction: RUNN|Correct the Dockerfile",
                "failed to parse Dockerfile: file with no instructions|Correct the Dockerfile",
                "No command specified|give its Dockerfile a CMD",
                "pull access denied for shop/web, repository does not exist|Check the image's name",
                "manifest for shop/web:9 not found: manifest unknown|Check the image's name",
                "Get \"https://registry/v2/\": lookup registry: no such host|reaches its registry",
            })
    void whatIsNotTheEnginesFaultIsSaidWithWhatToDo(String said, String advice) {
        assertThat(EngineProblems.answered("do it", 400, said))
                .hasMessageStartingWith("Cannot do it: " + said + ". ")
                .hasMessageContaining(advice);
    }

    @ParameterizedTest
    @CsvSource({"the container is already in use", "no space left on device"})
    void theRestIsInTheEnginesOwnWords(String said) {
        assertThat(EngineProblems.answered("do it", 500, said)).hasMessage("Cannot do it: " + said);
    }
}
