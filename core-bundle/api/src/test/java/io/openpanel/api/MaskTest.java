package io.openpanel.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import org.junit.jupiter.api.Test;

class MaskTest {
    private final Mask mask = new Mask();

    @Test
    void aSecretIsTakenOutAsItIsInBase64AndInAUrl() {
        mask.add("p@ss word/1");
        assertThat(mask.apply("key=p@ss word/1;")).isEqualTo("key=•••;");
        assertThat(mask.apply(Base64.getEncoder().encodeToString("p@ss word/1".getBytes())))
                .isEqualTo("•••");
        assertThat(mask.apply("?k=p%40ss+word%2F1&x")).isEqualTo("?k=•••&x");
    }

    @Test
    void eachLineOfALongSecretIsTakenOut() {
        mask.add("-----BEGIN KEY-----\nabcdefgh\n-----END KEY-----");
        assertThat(mask.apply("found abcdefgh here")).isEqualTo("found ••• here");
    }

    @Test
    void theLongerOfTwoSecretsIsTakenOutWhole() {
        mask.add("hunter");
        mask.add("hunter-2000");
        assertThat(mask.apply("hunter-2000 hunter")).isEqualTo("••• •••");
    }

    @Test
    void whatIsTooShortToBeASecretStays() {
        mask.add("abc");
        assertThat(mask.apply("abcdef")).isEqualTo("abcdef");
    }
}
