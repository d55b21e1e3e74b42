package io.openpanel.webhook.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Problem;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1/s3cret",
                "https://localhost/s3cret",
                "https://LOCALHOST./s3cret",
                "https://2130706433/s3cret",
                "https://0x7f.1/s3cret",
                "https://127.1/s3cret",
                "https://0/s3cret",
                "https://10.0.0.1/s3cret",
                "https://192.168.0.1:8443/s3cret",
                "https://169.254.169.254/s3cret",
                "https://[::1]/s3cret",
                "https://[::ffff:127.0.0.1]/s3cret",
                "https://[::ffff:7f00:1]/s3cret",
                "https://[fe80::1]/s3cret",
                "https://[fd00:ec2::254]/s3cret",
                "https://224.0.0.1/s3cret"
            })
    void noRequestGoesInside(String url) {
        assertThatThrownBy(() -> Target.parse(url).addresses(false))
                .isInstanceOf(Problem.class)
                .hasMessageNotContaining("s3cret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://example.com/s3cret",
                "file:///etc/s3cret",
                "gopher://example.com/s3cret",
                "jar:https://example.com/s3cret!/",
                "//example.com/s3cret",
                "/s3cret",
                "s3cret",
                "https:///s3cret",
                "https://name:s3cret@example.com/",
                "https://example.com@127.0.0.1/s3cret",
                "https://example.com:99999/s3cret",
                "https://example.com:0/s3cret",
                "https://exa mple.com/s3cret",
                "https://example.com/s3cret\r\nHost: x",
                "https://example.com/s3cret\u00e9",
                "https://exämple.com/s3cret",
                "https://example.com/s3cret|",
                "https://[::1/s3cret",
                ""
            })
    void whatIsNoAddressIsRefusedAndNotRepeated(String url) {
        assertThatThrownBy(() -> Target.parse(url))
                .isInstanceOf(Problem.class)
                .hasMessageStartingWith("url ")
                .hasMessageNotContaining("s3cret")
                .hasMessageNotContaining("exa mple");
    }

    @Test
    void whatWhoeverRunsThePanelNamedMayBePrivateAndPlain() throws UnknownHostException {
        Target target = Target.parse("http://127.0.0.1:8080/x?y=z");

        assertThat(target.addresses(true)).containsExactly(InetAddress.getByName("127.0.0.1"));
        assertThat(target).hasToString("127.0.0.1");
        assertThatThrownBy(() -> target.addresses(false)).hasMessageContaining("privateHosts");
    }

    @Test
    void aPublicHostIsNotReachedOverPlainHttp() {
        assertThatThrownBy(() -> Target.parse("http://8.8.8.8/").addresses(false))
                .hasMessageContaining("https");
    }

    @Test
    void aPublicAddressIsTheOneThatWasLookedUp() throws UnknownHostException {
        assertThat(Target.parse("https://8.8.8.8").addresses(false)).containsExactly(InetAddress.getByName("8.8.8.8"));
    }

    @Test
    void hostsAreComparedInOneForm() {
        assertThat(Target.parse("https://Hooks.Slack.COM./a").host()).isEqualTo("hooks.slack.com");
        assertThat(Target.parse("https://Hooks.Slack.COM/a?b#c").path()).isEqualTo("/a?b");
        assertThat(Target.parse("https://[2001:4860:4860::8888]:8443").uri().getAuthority())
                .isEqualTo("[2001:4860:4860::8888]:8443");
    }
}
