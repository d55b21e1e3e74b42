package io.openpanel.sso.internal;

import com.nimbusds.openid.connect.sdk.claims.ClaimsSet;
import io.openpanel.api.Secret;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** From what a provider says to what the panel wants to know. The ID token goes first, since it is signed. */
final class Claims {
    private static final int MOST_GROUPS = 1_000;
    private static final int LONGEST = 250;

    private Claims() {}

    /** Whether the ID token alone says all there is to ask. */
    static boolean isWhole(Provider provider, ClaimsSet idToken) {
        return idToken.getClaim("email") != null
                && idToken.getClaim("email_verified") != null
                && (provider.groupsClaim().isEmpty() || idToken.getClaim(provider.groupsClaim()) != null);
    }

    static Proved read(Provider provider, ClaimsSet idToken, Optional<ClaimsSet> userInfo, Secret hint) {
        List<ClaimsSet> sources =
                Stream.concat(Stream.of(idToken), userInfo.stream()).toList();
        return new Proved(
                provider.address(),
                idToken.getStringClaim("sub"),
                text(sources, "name")
                        .or(() -> text(sources, "preferred_username"))
                        .or(() -> text(sources, "email"))
                        .orElseGet(() -> idToken.getStringClaim("sub")),
                email(sources),
                groups(provider, sources),
                secondFactor(provider, idToken),
                Optional.of(new Proved.There(Optional.ofNullable(idToken.getStringClaim("sid")), hint)));
    }

    /** The address and that it is verified are of one source: two halves do not make one. */
    private static Optional<String> email(List<ClaimsSet> sources) {
        return sources.stream()
                .filter(each -> each.getStringClaim("email") != null)
                .findFirst()
                .filter(each -> Boolean.TRUE.equals(each.getClaim("email_verified")))
                .map(each -> each.getStringClaim("email"));
    }

    private static List<String> groups(Provider provider, List<ClaimsSet> sources) {
        return provider.groupsClaim().isEmpty()
                ? List.of()
                : sources.stream()
                        .map(each -> each.getClaim(provider.groupsClaim()))
                        .filter(each -> each != null)
                        .findFirst()
                        .map(Claims::texts)
                        .orElse(List.of());
    }

    static boolean secondFactor(Provider provider, ClaimsSet idToken) {
        List<String> said = new ArrayList<>(texts(idToken.getClaim("amr")));
        said.addAll(texts(idToken.getClaim("acr")));
        return provider.secondFactor().contains("*")
                || provider.secondFactor().stream().anyMatch(said::contains);
    }

    private static Optional<String> text(List<ClaimsSet> sources, String claim) {
        return sources.stream()
                .map(each -> each.getStringClaim(claim))
                .filter(each -> each != null && !each.isBlank())
                .map(each -> each.substring(0, Math.min(each.length(), LONGEST)))
                .findFirst();
    }

    /** One text counts as a list of one. */
    private static List<String> texts(Object claim) {
        if (claim instanceof String text) {
            return List.of(text);
        }
        return claim instanceof Collection<?> many
                ? many.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .limit(MOST_GROUPS)
                        .toList()
                : List.of();
    }
}
