package io.openpanel.activity.internal;

import io.openpanel.api.Ref;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes messages in the language of who reads them. What people said is text in them, and never HTML. */
public final class Letters {
    /** Stands for the link in an invitation's stored text, until it is sent. */
    static final String LINK = "{link}";

    private static final Pattern MENTION = Pattern.compile("\\[(@[^\\]]{1,100})\\]\\(member:[0-9a-z]{1,40}\\)");
    private static final Set<String> UNNAMED = Set.of("deployment", "grant");
    private static final Map<String, String> PAGES = Map.of(
            "app", "/apps/", "project", "/projects/", "deployment", "/deployments/", "container", "/containers/");

    private final Properties words = new Properties();
    private final String address;

    /** A language of messages. */
    public enum Language {
        EN,
        PT_BR
    }

    /** @param address the panel's, without a slash at its end; empty where it is not known */
    Letters(Language language, String address) {
        this.address = address;
        try (InputStream in = Letters.class.getResourceAsStream(
                "/mail/" + language.name().toLowerCase(Locale.ROOT) + ".properties")) {
            words.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Letter of(Notification told) {
        Paper paper = new Paper().paragraph(line(told));
        quote(told).ifPresent(paper::quote);
        page(told.subject()).ifPresent(link -> paper.link(say("open"), link));
        return paper.small(why()).letter(say(told.kind().name() + ".subject", values(told)));
    }

    Letter digest(List<Notification> told) {
        Paper paper = new Paper();
        told.forEach(each -> {
            paper.paragraph(line(each));
            page(each.subject()).ifPresent(link -> paper.link(say("open"), link));
        });
        return paper.small(why()).letter(say("digest.subject", Map.of("count", String.valueOf(told.size()))));
    }

    public Letter invitation(String inviter, String team) {
        Map<String, String> values = Map.of("actor", inviter, "team", team);
        return new Paper()
                .paragraph(say("invitation.line", values))
                .link(say("invitation.open"), LINK)
                .small(say("invitation.small"))
                .letter(say("invitation.subject", values));
    }

    /** @param kind its words start with {@code account.}, the kind and a dot */
    public Letter account(String kind, boolean link) {
        String words = "account." + kind;
        Paper paper = new Paper().paragraph(say(words + ".line"));
        if (link) {
            paper.link(say(words + ".open"), LINK);
        }
        return paper.small(say(words + ".small")).letter(say(words + ".subject"));
    }

    public Letter test() {
        return new Paper().paragraph(say("test.line")).letter(say("test.subject"));
    }

    private String line(Notification told) {
        return say(
                told.kind().name() + (isOfAGrant(told) ? told.detail().isEmpty() ? ".taken" : ".given" : ".line"),
                values(told));
    }

    private static boolean isOfAGrant(Notification told) {
        return told.kind() == NotificationKind.ROLE_CHANGED
                && told.subject().map(Ref::kind).filter("grant"::equals).isPresent();
    }

    private String why() {
        return say("why") + (address.isEmpty() ? "" : ' ' + address + "/settings/notifications");
    }

    /** What somebody wrote, or why something failed. */
    private static Optional<String> quote(Notification told) {
        return switch (told.kind()) {
            case MENTION, COMMENT, DEPLOYMENT_FAILED -> Optional.of(
                            MENTION.matcher(told.detail()).replaceAll("$1"))
                    .filter(text -> !text.isBlank());
            default -> Optional.empty();
        };
    }

    private Map<String, String> values(Notification told) {
        String detail = told.kind() == NotificationKind.ROLE_CHANGED ? roleName(told.detail()) : told.detail();
        return Map.of("actor", told.actorName(), "where", where(told), "detail", detail);
    }

    /** The roles that every team has in the reader's language, the team's own as they were named. */
    private String roleName(String name) {
        return words.getProperty("role." + name, name);
    }

    /** {@code shop/web}; a deployment is called as its app is, and a grant as what it is on. */
    private static String where(Notification told) {
        List<String> path = new ArrayList<>(told.aboveNames());
        Collections.reverse(path);
        boolean unnamed =
                told.subject().map(Ref::kind).filter(UNNAMED::contains).isPresent() && !path.isEmpty();
        if (!unnamed) {
            path.add(told.subjectName());
        }
        return String.join("/", path);
    }

    private Optional<String> page(Optional<Ref> subject) {
        return subject.filter(ref -> !address.isEmpty() && PAGES.containsKey(ref.kind()))
                .map(ref -> address + PAGES.get(ref.kind()) + ref.id());
    }

    private String say(String key) {
        return words.getProperty(key, key);
    }

    private String say(String key, Map<String, String> values) {
        return Pattern.compile("\\{(\\w+)\\}")
                .matcher(say(key))
                .replaceAll(found -> Matcher.quoteReplacement(values.getOrDefault(found.group(1), found.group())));
    }

    /** Writes both forms at once. */
    private static final class Paper {
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder html = new StringBuilder();

        Paper paragraph(String line) {
            text.append(line).append("\n\n");
            html.append("<p>").append(escaped(line)).append("</p>\n");
            return this;
        }

        Paper quote(String said) {
            said.lines().forEach(line -> text.append("> ").append(line).append('\n'));
            text.append('\n');
            html.append(
                            "<blockquote style=\"margin:0;padding:0 12px;border-left:3px solid #ccc;white-space:pre-wrap\">")
                    .append(escaped(said))
                    .append("</blockquote>\n");
            return this;
        }

        Paper link(String label, String address) {
            text.append(label).append(": ").append(address).append("\n\n");
            html.append("<p><a href=\"")
                    .append(escaped(address))
                    .append("\">")
                    .append(escaped(label))
                    .append("</a></p>\n");
            return this;
        }

        Paper small(String line) {
            text.append("-- \n").append(line).append('\n');
            html.append("<p style=\"color:#666;font-size:12px\">")
                    .append(escaped(line))
                    .append("</p>\n");
            return this;
        }

        Letter letter(String subject) {
            return new Letter(
                    subject.replaceAll("\\p{Cntrl}+", " "),
                    text.toString(),
                    "<!doctype html>\n<html><body style=\"font-family:sans-serif;font-size:14px\">\n" + html
                            + "</body></html>\n");
        }

        private static String escaped(String text) {
            return text.replace("&", "&amp;")
                    .replace("<", "&lt;")
                    .replace(">", "&gt;")
                    .replace("\"", "&quot;");
        }
    }
}
