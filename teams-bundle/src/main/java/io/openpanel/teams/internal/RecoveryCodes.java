package io.openpanel.teams.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Ref;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Ten codes of 80 bits for the day the other factors are lost: each good once, and only its digest is kept. */
final class RecoveryCodes {
    private static final int HOW_MANY = 10;
    private static final int GROUP = 4;

    private RecoveryCodes() {}

    /** New codes in place of those there were. */
    static List<String> renew(Database.Tx tx, String user) {
        List<String> codes =
                Stream.generate(() -> Ref.create("code").id()).limit(HOW_MANY).toList();
        tx.update("delete from recovery_code where user_id = ?", user);
        codes.forEach(code -> tx.update(
                "insert into recovery_code (user_id, hash) values (?, ?)",
                user,
                Digest.of(code).hex()));
        return codes.stream().map(RecoveryCodes::grouped).toList();
    }

    /** Whether it was one of the person's codes, which it no longer is. */
    static boolean spend(Database.Tx tx, String user, String typed) {
        return tx.update(
                        "delete from recovery_code where user_id = ? and hash = ?",
                        user,
                        Digest.of(read(typed)).hex())
                > 0;
    }

    private static String grouped(String code) {
        return String.join(
                "-",
                Stream.iterate(0, at -> at < code.length(), at -> at + GROUP)
                        .map(at -> code.substring(at, at + GROUP))
                        .toList());
    }

    /** As Crockford has it: whoever types an o means a zero. */
    private static String read(String typed) {
        return typed.toLowerCase(Locale.ROOT)
                .replaceAll("[\\s-]", "")
                .replace('o', '0')
                .replace('i', '1')
                .replace('l', '1');
    }
}
