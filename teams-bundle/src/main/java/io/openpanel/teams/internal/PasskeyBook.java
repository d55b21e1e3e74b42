package io.openpanel.teams.internal;

import com.yubico.webauthn.CredentialRepository;
import com.yubico.webauthn.RegisteredCredential;
import com.yubico.webauthn.data.ByteArray;
import com.yubico.webauthn.data.PublicKeyCredentialDescriptor;
import io.openpanel.api.Database;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The passkeys that were added at one address, as the library looks them up; its usernames are ids of people. */
final class PasskeyBook implements CredentialRepository {
    private static final String SELECT =
            "select f.user_id, p.credential_id, p.public_key, p.counter from passkey p join factor f on f.id = p.factor_id"
                    + " where f.confirmed_at is not null and p.origin = ?";

    private final Database.Tx tx;
    private final String origin;

    /** A passkey's row. */
    public record Row(String userId, byte[] credentialId, byte[] publicKey, long counter) {
        private RegisteredCredential credential() {
            return RegisteredCredential.builder()
                    .credentialId(new ByteArray(credentialId))
                    .userHandle(handle(userId))
                    .publicKeyCose(new ByteArray(publicKey))
                    .signatureCount(counter)
                    .build();
        }
    }

    PasskeyBook(Database.Tx tx, String origin) {
        this.tx = tx;
        this.origin = origin;
    }

    /** What an authenticator keeps of a person: an id that says nothing to anybody else. */
    static ByteArray handle(String user) {
        return new ByteArray(user.getBytes(StandardCharsets.US_ASCII));
    }

    private static String user(ByteArray handle) {
        return new String(handle.getBytes(), StandardCharsets.US_ASCII);
    }

    @Override
    public Set<PublicKeyCredentialDescriptor> getCredentialIdsForUsername(String user) {
        List<Row> rows = tx.list(Row.class, SELECT + " and f.user_id = ?", origin, user);
        return rows.stream()
                .map(row -> PublicKeyCredentialDescriptor.builder()
                        .id(new ByteArray(row.credentialId))
                        .build())
                .collect(Collectors.toSet());
    }

    @Override
    public Optional<ByteArray> getUserHandleForUsername(String user) {
        return Optional.of(handle(user));
    }

    @Override
    public Optional<String> getUsernameForUserHandle(ByteArray handle) {
        return Optional.of(user(handle));
    }

    @Override
    public Optional<RegisteredCredential> lookup(ByteArray credential, ByteArray handle) {
        return tx.one(
                        Row.class,
                        SELECT + " and p.credential_id = ? and f.user_id = ? for update of p",
                        origin,
                        credential.getBytes(),
                        user(handle))
                .map(Row::credential);
    }

    /** Of any address: one credential is one person's. */
    @Override
    public Set<RegisteredCredential> lookupAll(ByteArray credential) {
        List<Row> rows = tx.list(
                Row.class,
                "select f.user_id, p.credential_id, p.public_key, p.counter from passkey p"
                        + " join factor f on f.id = p.factor_id where p.credential_id = ?",
                (Object) credential.getBytes());
        return rows.stream().map(Row::credential).collect(Collectors.toSet());
    }
}
