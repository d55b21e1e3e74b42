package io.openpanel.ssl.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    @Test
    void aPublicAddressGivesNamesThatWorkEverywhere() {
        Addresses addresses = new Addresses("203.0.113.5", 80);
        assertThat(addresses.generated("web", "shop").apply(1)).isEqualTo("web-shop.203-0-113-5.sslip.io");
        assertThat(addresses.generated("web", "shop").apply(2)).isEqualTo("web-shop-2.203-0-113-5.sslip.io");
        assertThat(addresses.of("web-shop.localhost")).isEqualTo("http://web-shop.localhost");
        assertThat(new Addresses("2001:db8::1", 80).generated("web", "shop").apply(1))
                .isEqualTo("web-shop.2001-db8-0-0-0-0-0-1.sslip.io");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "10.0.0.1",
                "192.168.1.10",
                "172.16.0.1",
                "100.64.1.1",
                "169.254.1.1",
                "::1",
                "fe80::1",
                "fd00::1",
                "0.0.0.0",
                "panel.example.com",
                "999.1.1.1"
            })
    void anyOtherGivesNamesOfThisMachine(String address) {
        Addresses addresses = new Addresses(address, 8000);
        assertThat(addresses.generated("web", "shop").apply(1)).isEqualTo("web-shop.localhost");
        assertThat(addresses.of("web-shop.localhost")).isEqualTo("http://web-shop.localhost:8000");
    }

    @Test
    void theNameServiceFindsNoOtherAddressInTheName() {
        assertThat(new Addresses("203.0.113.5", 80)
                        .generated("web 10.0.0.1", "x")
                        .apply(1))
                .isEqualTo("web-10001-x.203-0-113-5.sslip.io");
    }

    @ParameterizedTest
    @CsvSource({"web,web", "My App!,my-app", "Café №1,cafe-1", "--a--,a", "日本,app", "'',app", "UPPER_case,upper-case"})
    void namesBecomeLabels(String name, String label) {
        assertThat(Addresses.slug(name)).isEqualTo(label);
    }

    @Test
    void labelsAreNeverTooLong() {
        var hosts = new Addresses("127.0.0.1", 80).generated("a".repeat(300), "b".repeat(300));
        for (int number : new int[] {1, 2, 10, 1000}) {
            String label = hosts.apply(number).split("\\.")[0];
            assertThat(label).hasSizeLessThanOrEqualTo(63).matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?");
        }
        assertThat(hosts.apply(2)).isNotEqualTo(hosts.apply(3));
    }
}
