package io.openpanel.data.internal;

import io.openpanel.api.Secret;
import io.openpanel.data.internal.row.Sealing;
import io.openpanel.data.internal.secret.Seal;
import java.util.function.Consumer;

/** The secrets in one schema, as one scope may seal and open them. */
final class SchemaVault implements Sealing, Secret.Vault {
    private final Seal seal;
    private final String schema;
    private final Scope scope;
    private final Consumer<String> revealed;

    SchemaVault(Seal seal, String schema, Scope scope, Consumer<String> revealed) {
        this.seal = seal;
        this.schema = schema;
        this.scope = scope;
        this.revealed = revealed;
    }

    @Override
    public String seal(Secret secret) {
        requirePlace(secret.place(), "stored");
        // One that is still sealed opens at its own place only, so this cannot move it.
        return seal.seal(secret.reveal(), scope.team(), schema + '|' + secret.place());
    }

    @Override
    public Secret sealed(String text) {
        return Secret.sealed(text, this);
    }

    @Override
    public String open(String ciphertext, String place) {
        requirePlace(place, "revealed");
        String plain = seal.open(ciphertext, schema + '|' + place, team -> scope.all() || team.equals(scope.team()));
        revealed.accept(plain);
        return plain;
    }

    private static void requirePlace(String place, String what) {
        if (place.isEmpty()) {
            throw new IllegalArgumentException(
                    "A secret can be " + what + " only with its place;" + " use secret.at(table, column, row)");
        }
    }
}
