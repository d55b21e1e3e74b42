package io.openpanel.activity.internal;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Who is spoken to in a text: {@code [@Name](member:id)}, or an e-mail address behind an {@code @}. */
public final class Mentions {
    private static final Pattern MENTION =
            Pattern.compile("\\(member:([0-9a-z]{1,40})\\)|@([^\\s@()<>\\[\\]]{1,64}@[\\w.-]{1,190}\\w)");

    private Mentions() {}

    static Stream<People.Member> in(String text, People.Members members) {
        return MENTION.matcher(text).results().flatMap(found -> members.items().stream()
                .filter(each -> each.member().id().equals(found.group(1)) || has(each, found.group(2))));
    }

    private static boolean has(People.Member member, String email) {
        return member.email().equalsIgnoreCase(email);
    }

    public static boolean byAddress(String text) {
        return MENTION.matcher(text).results().anyMatch(found -> found.group(2) != null);
    }

    /** The same text with names for the addresses of these people; of everybody else the address stays. */
    public static String named(String text, List<People.Member> people) {
        return MENTION.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(people.stream()
                        .filter(each -> has(each, found.group(2)))
                        .findFirst()
                        .map(Mentions::mention)
                        .orElseGet(found::group)));
    }

    private static String mention(People.Member member) {
        return "[@" + member.name().replaceAll("[\\[\\]]", "") + "](member:"
                + member.member().id() + ")";
    }
}
