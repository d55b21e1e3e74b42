package io.openpanel.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openpanel.api.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GitAddressTest {
    @ParameterizedTest
    @CsvSource({
        "https://example.com/you/web.git, https, example.com",
        "http://example.com:3000/you/web, http, example.com",
        "ssh://git@example.com:2222/you/web.git, ssh, example.com",
        "git@example.com:you/web.git, ssh, example.com",
        "http://[2001:db8::1]:3000/web.git, http, 2001:db8::1"
    })
    void addressesOverHttpAndSshAreRead(String url, String scheme, String host) {
        assertThat(GitAddress.parse(url)).isEqualTo(new GitAddress(url, scheme, host));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-uhttps://example.com/x",
                "--upload-pack=touch /tmp/x",
                "ext::sh -c touch% /tmp/x",
                "file:///etc/passwd",
                "/etc/passwd",
                "../x",
                "git://example.com/x.git",
                "ftp://example.com/x.git",
                "fd::17/x",
                "example.com/x",
                "https://example.com/a b",
                "https://example.com/a\nb",
                "https://example.com/a\rb",
                "https://example.com/\u0000",
                "https:///nothing",
                "https://",
                "git@-oProxyCommand=touch:x",
                "ssh://-oProxyCommand=touch/x",
                "javascript:alert(1)",
                "git@example.com:/etc/x y",
                "https://exa mple.com/x",
                "http://[::1",
                "transport::https://example.com/x",
                "https://example.com",
                "https://example.com/",
                "http://example.com:0/x.git",
                "http://example.com:65536/x.git",
                "ssh://git@example.com:0/x.git",
                "https://example.com/x.git?token=abc",
                "https://example.com/x.git#main"
            })
    void anythingElseIsRefusedByName(String url) {
        Problem problem = catchThrowableOfType(Problem.class, () -> GitAddress.parse(url));

        assertThat(problem).as(url).isNotNull();
        assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID);
        assertThat(problem.fields()).containsOnlyKeys("git");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://you:hunter22@example.com/x.git",
                "https://hunter22@example.com/x.git",
                "http://hunter22@example.com:3000/x.git",
                "ssh://git:hunter22@example.com/x.git"
            })
    void aSecretInTheAddressIsRefusedAndNotRepeated(String url) {
        Problem problem = catchThrowableOfType(Problem.class, () -> GitAddress.parse(url));

        assertThat(problem).hasMessageContaining("token").hasMessageNotContaining("hunter22");
    }

    @Test
    void aSecretInAnAddressThatIsNoneIsNotRepeatedEither() {
        Problem problem =
                catchThrowableOfType(Problem.class, () -> GitAddress.parse("https://you:hunter22@exa_mple|/x.git"));

        assertThat(problem).hasMessageContaining("no repository address").hasMessageNotContaining("hunter22");
    }

    @Test
    void anAddressIsTakenAsItWasPasted() {
        assertThat(GitAddress.parse(" HTTPS://example.com/You/web.git\n"))
                .isEqualTo(new GitAddress("https://example.com/You/web.git", "https", "example.com"));
    }

    @Test
    void whatIsShownOfAWrongAddressIsShortAndPrintable() {
        Problem problem = catchThrowableOfType(Problem.class, () -> GitAddress.parse("\u001b[31m" + "x".repeat(5000)));

        assertThat(problem.getMessage()).hasSizeLessThan(300).doesNotContain("\u001b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.8.8.8",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.254",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "224.0.0.1",
                "2130706433",
                "localhost"
            })
    void addressesOfTheOwnNetworkArePrivate(String host) {
        assertThat(GitAddress.parse("http://" + host + "/x.git").isPrivate()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "192.169.0.1"})
    void otherAddressesArePublic(String host) {
        assertThat(GitAddress.parse("http://" + host + "/x.git").isPrivate()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"::1", "fe80::1", "fd00::1", "fc12::1", "::ffff:127.0.0.1", "::"})
    void ipv6HasPrivateAddressesToo(String host) {
        assertThat(new GitAddress("http://[" + host + "]/x", "http", host).isPrivate())
                .isTrue();
    }

    @Test
    void aNameThatLeadsNowhereIsNotPrivate() {
        assertThat(GitAddress.parse("http://no-such-host.invalid/x.git").isPrivate())
                .isFalse();
    }
}
