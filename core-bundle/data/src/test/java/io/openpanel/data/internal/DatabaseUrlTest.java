package io.openpanel.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DatabaseUrlTest {
    @Test
    void readsTheFormsPeopleUse() {
        DatabaseUrl plain = DatabaseUrl.parse("postgresql://panel:p%40ss+word@127.0.0.1:5433/openpanel");

        assertThat(plain.jdbc()).isEqualTo("jdbc:postgresql://127.0.0.1:5433/openpanel");
        assertThat(plain.user()).isEqualTo("panel");
        assertThat(plain.password()).isEqualTo("p@ss+word");
        assertThat(DatabaseUrl.parse("postgres://panel:p%40ss+word@127.0.0.1:5433/openpanel"))
                .isEqualTo(plain);
        assertThat(DatabaseUrl.parse("jdbc:postgresql://127.0.0.1:5433/openpanel?user=panel&password=p%40ss+word"))
                .isEqualTo(plain);
    }

    @Test
    void passesOptionsOnAndNeverShowsThePassword() {
        DatabaseUrl url = DatabaseUrl.parse("postgresql://panel:secret@[::1]/my%20panel?sslmode=verify-full");

        assertThat(url.properties("app", "other"))
                .containsEntry("sslmode", "verify-full")
                .containsEntry("user", "app");
        assertThat(url.jdbc()).isEqualTo("jdbc:postgresql://[::1]/my%20panel");
        assertThat(url.toString()).doesNotContain("secret").contains("panel@[::1]/my panel");
        assertThat(Roles.of(url).toString()).doesNotContain(Roles.of(url).password());
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> DatabaseUrl.parse("mysql://a:b@c/d")).hasMessageContaining("looks like postgresql://");
        assertThatThrownBy(() -> DatabaseUrl.parse("postgresql://panel@c/d")).hasMessageContaining("no password");
    }

    @Test
    void rolesAreNamedAfterTheDatabase() {
        Roles roles = Roles.of(DatabaseUrl.parse("postgresql://owner:secret@c/openpanel"));
        Roles same = Roles.of(DatabaseUrl.parse("postgresql://owner:secret@other/openpanel"));

        assertThat(roles.app()).isEqualTo("openpanel_app");
        assertThat(roles.all()).isEqualTo("openpanel_all");
        assertThat(roles.password()).isEqualTo(same.password()).hasSize(43);
        assertThat(Roles.of(DatabaseUrl.parse("postgresql://owner:other@c/openpanel"))
                        .password())
                .isNotEqualTo(roles.password());
        assertThat(Roles.of(DatabaseUrl.parse("postgresql://o:s@c/" + "x".repeat(63)))
                        .app())
                .hasSizeLessThan(64);
    }
}
