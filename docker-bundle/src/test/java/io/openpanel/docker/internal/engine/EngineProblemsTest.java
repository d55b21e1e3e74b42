package io.openpanel.docker.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineProblemsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dockerfile parse error line 2: unknown instruction: RUNN|Correct the Dockerfile",
                "failed to parse Dockerfile: file with no instructions|Correct the Dockerfile",
                "no build stage in current context|Correct the Dockerfile",
                "the Dockerfile (Dockerfile) cannot be empty|Correct the Dockerfile",
                "dockerfile parse error line 3: unknown instruction: ECHO|plugin buildx",
                "OCI runtime create failed: exec: \"/nosuch\": stat /nosuch: no such file: executable file not found in $PATH|CMD and ENTRYPOINT",
                "OCI runtime create failed: exec: \"/web\": permission denied|may be executed",
                "invalid reference format: repository name must be lowercase|in lower case",
                "unauthorized: authentication required|docker login",
                "Get \"http://127.0.0.1:5000/v2/\": dial tcp 127.0.0.1:5000: connect: connection refused|reaches its registry",
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

    @Test
    void whatCannotBePrintedOrStoredIsLeftOut() {
        assertThat(EngineProblems.answered("do it", 400, "unknown instruction: \0\u0001\u001bX"))
                .hasMessage("Cannot do it: unknown instruction:  X");
    }

    @ParameterizedTest
    @CsvSource({"the container is already in use", "no space left on device"})
    void theRestIsInTheEnginesOwnWords(String said) {
        assertThat(EngineProblems.answered("do it", 500, said)).hasMessage("Cannot do it: " + said);
    }
}
