package io.openpanel.teams.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.yubico.webauthn.AssertionRequest;
import com.yubico.webauthn.AssertionResult;
import com.yubico.webauthn.FinishAssertionOptions;
import com.yubico.webauthn.FinishRegistrationOptions;
import com.yubico.webauthn.RegistrationResult;
import com.yubico.webauthn.RelyingParty;
import com.yubico.webauthn.StartAssertionOptions;
import com.yubico.webauthn.StartRegistrationOptions;
import com.yubico.webauthn.data.AttestationConveyancePreference;
import com.yubico.webauthn.data.AuthenticatorSelectionCriteria;
import com.yubico.webauthn.data.PublicKeyCredential;
import com.yubico.webauthn.data.PublicKeyCredentialCreationOptions;
import com.yubico.webauthn.data.RelyingPartyIdentity;
import com.yubico.webauthn.data.ResidentKeyRequirement;
import com.yubico.webauthn.data.UserIdentity;
import com.yubico.webauthn.data.UserVerificationRequirement;
import com.yubico.webauthn.exception.AssertionFailedException;
import com.yubico.webauthn.exception.RegistrationFailedException;
import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.PasskeyActions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Passkeys (WebAuthn), each good at the address it was added at. The library works on the plugin's own threads: what it
 * keeps for a thread ends with them.
 */
@Component(service = Passkeys.class)
public final class Passkeys {
    static final String KIND = "passkey";
    private static final Duration LIFE = Duration.ofMinutes(5);

    private final Clerk clerk;
    private final InstantSource clock;
    private final Factors factors;
    private final People people;
    private final Rights rights;

    /** What a browser was asked. */
    public record Ceremony(Optional<String> userId, String name, String challenge, String origin, String request) {}

    /**
     * Who proved to hold a passkey.
     *
     * @param challenge the digest of the log-in's challenge that it answers, empty where it stands alone
     */
    record Held(String user, String challenge, String factor) {}

    @Activate
    public Passkeys(
            @Reference Clerk clerk,
            @Reference InstantSource clock,
            @Reference Factors factors,
            @Reference People people,
            @Reference Rights rights) {
        this.clerk = clerk;
        this.clock = clock;
        this.factors = factors;
        this.people = people;
        this.rights = rights;
    }

    /** Asks a browser to make a passkey for somebody. */
    public PasskeyActions.Asked begin(String user, String wanted, String address) {
        String name = People.name(wanted);
        Origin origin = Origin.of(address);
        People.Account account = people.get(user);
        return clerk.allTeams(tx -> {
            factors.requireRoom(tx, user);
            PublicKeyCredentialCreationOptions options = party(tx, origin)
                    .startRegistration(StartRegistrationOptions.builder()
                            .user(UserIdentity.builder()
                                    .name(account.email())
                                    .displayName(account.name())
                                    .id(PasskeyBook.handle(user))
                                    .build())
                            .authenticatorSelection(AuthenticatorSelectionCriteria.builder()
                                    .residentKey(ResidentKeyRequirement.PREFERRED)
                                    .userVerification(UserVerificationRequirement.PREFERRED)
                                    .build())
                            .timeout(LIFE.toMillis())
                            .build());
            return keep(
                    tx,
                    new Ceremony(Optional.of(user), name, "", origin.text(), json(options::toJson)),
                    json(options::toCredentialsCreateJson));
        });
    }

    /**
     * Keeps the passkey that the browser made.
     *
     * @return recovery codes for the first factor, empty for a further one
     */
    public List<String> confirm(String user, Secret ceremony, String credential) {
        List<String> codes = clerk.allTeams(tx -> {
            Ceremony asked = take(tx, ceremony)
                    .filter(each -> each.userId.equals(Optional.of(user)) && !each.name.isEmpty())
                    .orElseThrow(Passkeys::over);
            RegistrationResult made = register(tx, asked, credential);
            boolean first = factors.isFirst(tx, user);
            String factor = Ref.create("factor").id();
            tx.update(
                    "insert into factor (id, user_id, kind, name, created_at, confirmed_at) values (?, ?, ?, ?, ?, ?)",
                    factor,
                    user,
                    KIND,
                    asked.name,
                    clock.instant(),
                    clock.instant());
            tx.update(
                    "insert into passkey (factor_id, credential_id, public_key, counter, origin) values (?, ?, ?, ?, ?)",
                    factor,
                    made.getKeyId().getId().getBytes(),
                    made.getPublicKeyCose().getBytes(),
                    made.getSignatureCount(),
                    asked.origin);
            return first ? RecoveryCodes.renew(tx, user) : List.<String>of();
        });
        rights.personChanged(user, true);
        return codes;
    }

    private RegistrationResult register(Database.Tx tx, Ceremony asked, String credential) {
        try {
            return party(tx, Origin.of(asked.origin))
                    .finishRegistration(FinishRegistrationOptions.builder()
                            .request(PublicKeyCredentialCreationOptions.fromJson(asked.request))
                            .response(there(PublicKeyCredential.parseRegistrationResponseJson(credential)))
                            .build());
        } catch (RegistrationFailedException | IOException | IllegalArgumentException e) {
            throw refused(e);
        }
    }

    /**
     * Asks a browser for a passkey.
     *
     * @param user whose, as a second factor; empty for anybody's as the only one, which then must have verified them
     * @param challenge the digest of the log-in's challenge, or ""
     */
    PasskeyActions.Asked ask(Optional<String> user, String challenge, String address) {
        Origin origin = Origin.of(address);
        return clerk.allTeams(tx -> {
            AssertionRequest request = party(tx, origin)
                    .startAssertion(StartAssertionOptions.builder()
                            .username(user)
                            .userVerification(
                                    user.isPresent()
                                            ? UserVerificationRequirement.PREFERRED
                                            : UserVerificationRequirement.REQUIRED)
                            .timeout(LIFE.toMillis())
                            .build());
            return keep(
                    tx,
                    new Ceremony(user, "", challenge, origin.text(), json(request::toJson)),
                    json(request::toCredentialsGetJson));
        });
    }

    /** @throws Problem UNAUTHENTICATED unless the passkey answers what was asked, here and now, for the first time */
    Held prove(Secret ceremony, String credential, String address) {
        Ceremony asked = clerk.allTeams(tx -> take(tx, ceremony))
                .filter(each -> each.name.isEmpty()
                        && each.origin.equals(Origin.of(address).text()))
                .orElseThrow(Passkeys::over);
        return clerk.allTeams(tx -> {
            AssertionResult proved = check(tx, asked, credential);
            String factor = tx.one(
                            Rights.Id.class,
                            "update passkey set counter = ? where credential_id = ? returning factor_id as id",
                            proved.getSignatureCount(),
                            proved.getCredentialId().getBytes())
                    .orElseThrow(Passkeys::over)
                    .id();
            tx.update("update factor set used_at = ? where id = ?", clock.instant(), factor);
            return new Held(proved.getUsername(), asked.challenge, factor);
        });
    }

    private AssertionResult check(Database.Tx tx, Ceremony asked, String credential) {
        try {
            return party(tx, Origin.of(asked.origin))
                    .finishAssertion(FinishAssertionOptions.builder()
                            .request(AssertionRequest.fromJson(asked.request))
                            .response(there(PublicKeyCredential.parseAssertionResponseJson(credential)))
                            .build());
        } catch (AssertionFailedException | IOException | IllegalArgumentException e) {
            throw refused(e);
        }
    }

    /** JSON's {@code null} is read as nothing at all. */
    private static <T> T there(T answer) {
        if (answer == null) {
            throw new IllegalArgumentException("There is no credential");
        }
        return answer;
    }

    private static RelyingParty party(Database.Tx tx, Origin origin) {
        return RelyingParty.builder()
                .identity(RelyingPartyIdentity.builder()
                        .id(origin.host())
                        .name("OpenPanel")
                        .build())
                .credentialRepository(new PasskeyBook(tx, origin.text()))
                .origins(Set.of(origin.text()))
                .attestationConveyancePreference(AttestationConveyancePreference.NONE)
                .build();
    }

    private PasskeyActions.Asked keep(Database.Tx tx, Ceremony ceremony, String options) {
        RefreshToken token = RefreshToken.create();
        Instant end = clock.instant().plus(LIFE);
        tx.update(
                "insert into ceremony (hash, user_id, name, challenge, origin, request, expires_at)"
                        + " values (?, ?, ?, ?, ?, ?, ?)",
                token.hash(),
                ceremony.userId,
                ceremony.name,
                ceremony.challenge,
                ceremony.origin,
                ceremony.request,
                end);
        return new PasskeyActions.Asked(token.text(), options, end);
    }

    /** Whoever answers takes it: there is no second answer. */
    private Optional<Ceremony> take(Database.Tx tx, Secret ceremony) {
        return tx.one(
                Ceremony.class,
                "delete from ceremony where hash = ? and expires_at > ?"
                        + " returning user_id, name, challenge, origin, request",
                new RefreshToken(ceremony.reveal()).hash(),
                clock.instant());
    }

    private static Problem over() {
        return new Problem(Problem.Kind.UNAUTHENTICATED, "The passkey came too late, or twice; begin again");
    }

    static Problem refused(Exception cause) {
        return new Problem(
                Problem.Kind.UNAUTHENTICATED,
                "The passkey does not prove who you are here; use one that was added at this address",
                cause);
    }

    /** What the library writes as JSON. */
    private interface Written {
        String text() throws JsonProcessingException;
    }

    private static String json(Written written) {
        try {
            return written.text();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Forgets what no browser answered. */
    public void sweep() {
        clerk.allTeams(tx -> tx.update("delete from ceremony where expires_at < ?", clock.instant()));
    }
}
