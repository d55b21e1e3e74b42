package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The owner of a second team walks every action of the running catalogue with the first team's ids and names, and learns
 * nothing: neither from what is answered nor from how long it takes.
 */
class TenancyTest {
    /** Of these no word is made: what is asked for is replaced in answers, which are sentences. */
    private static final String CONSONANTS = "bcdfghjkmnpqrstvwxyz";

    private static final Map<String, Object> IN_VAIN = Map.of(Asking.UNKNOWN, "x");
    /** Keeps what it is given without looking it up: any id gives a key that reaches nothing. */
    private static final Set<String> KEEPS_NAMES = Set.of("api-key.create");

    private static final int ROUNDS = Figure.all() ? 60 : 15;
    private static final int TRIES = 4;
    /** Half of it again or three milliseconds, whatever is more: a look-up more takes that, chance on average does not. */
    private static final double RATIO = 1.5;

    private static final double MILLIS = 3;

    private static Tenants tenants;
    private static Api stranger;

    /** Something to ask: the same of what another team has and of what nobody has. */
    private record Question(String what, JsonNode operation, Map<String, String> foreign, Map<String, String> absent) {}

    @BeforeAll
    static void start() {
        tenants = new Tenants();
        stranger = tenants.as("stranger");
    }

    @AfterAll
    static void stop() {
        tenants.close();
    }

    /** What nobody has, as long as what somebody has. */
    private static String absent(String like) {
        StringBuilder made = new StringBuilder();
        for (char each : like.toCharArray()) {
            boolean kept = "/.@".indexOf(each) >= 0;
            made.append(
                    kept ? each : CONSONANTS.charAt(ThreadLocalRandom.current().nextInt(CONSONANTS.length())));
        }
        return made.toString();
    }

    /** By id, and by the names that stand for an id everywhere. */
    private static List<String> namesOf(String kind) {
        List<String> names = new ArrayList<>();
        String id = tenants.asking.there().get(kind);
        if (id != null) {
            names.add(id);
        }
        switch (kind) {
            case "project" -> names.addAll(List.of("secret", "own"));
            case "app" -> names.addAll(List.of("secret/hidden", "own/web"));
            case "domain" -> names.add("own.localhost");
            case "member", "user" -> names.addAll(List.of(Tenants.email("admin"), Tenants.email("viewer")));
            case "invitation" -> names.add(Tenants.email("late"));
            case "role" -> names.add("Releaser");
            case "api-key" -> names.add("known-late");
            default -> {
                // Known by their ids only.
            }
        }
        return names;
    }

    /** Every Ref of every action, with the others pointing at what is the stranger's own. */
    private static List<Question> questions() {
        List<Question> questions = new ArrayList<>();
        for (JsonNode operation : tenants.asking.operations()) {
            if (operation.get("access").asText().equals("local")) {
                continue;
            }
            for (JsonNode ref : operation.get("refs")) {
                String name = ref.get("name").asText();
                String kind = ref.get("kind").asText();
                Set<String> kinds = kind.equals("*") ? tenants.asking.there().keySet() : Set.of(kind);
                for (String each : kinds) {
                    for (String known : namesOf(each)) {
                        questions.add(question(operation, name, each, known));
                    }
                }
            }
        }
        return questions;
    }

    private static Question question(JsonNode operation, String name, String kind, String known) {
        Map<String, String> foreign = new LinkedHashMap<>();
        for (JsonNode ref : operation.get("refs")) {
            String own = tenants.theirs.there().get(ref.get("kind").asText());
            if (ref.get("required").asBoolean() && own != null) {
                foreign.put(ref.get("name").asText(), ref.get("kind").asText() + ':' + own);
            }
        }
        Map<String, String> absent = new LinkedHashMap<>(foreign);
        foreign.put(name, kind + ':' + known);
        absent.put(name, kind + ':' + absent(known));
        return new Question(Asking.id(operation) + ' ' + name + '=' + kind + ':' + known, operation, foreign, absent);
    }

    /** An answer without the request's number and without what was asked for. */
    private static String plain(Api.Answer answer, Map<String, String> asked) {
        String text = answer.text().replaceAll("\"instance\":\"\\w+\"", "");
        for (String ref : asked.values()) {
            String name = Pattern.quote(ref.substring(ref.indexOf(':') + 1));
            text = text.replaceAll("(?<!\\w)" + name + "(?!\\w)", Asking.ABSENT);
        }
        return answer.status() + text;
    }

    @Test
    void whatAnotherTeamHasIsAnsweredAsWhatNobodyHas() {
        int compared = 0;
        Set<String> actions = new TreeSet<>();
        for (Question question : questions()) {
            boolean panel = question.operation.get("access").asText().equals("panel");
            for (Map<String, Object> more : asked(question.operation)) {
                Api.Answer foreign = Asking.askAbout(stranger, question.operation, question.foreign, more);
                Api.Answer absent = Asking.askAbout(stranger, question.operation, question.absent, more);
                assertThat(plain(foreign, question.foreign))
                        .as(question.what)
                        .isEqualTo(plain(absent, question.absent))
                        .doesNotContain(Tenants.CANARY);
                assertThat(foreign.status())
                        .as(question.what + ": " + foreign.text())
                        .isIn(panel ? List.of(403, 404) : List.of(404));
                compared++;
            }
            actions.add(Asking.id(question.operation));
        }
        assertThat(actions).hasSizeGreaterThan(100);
        assertThat(tenants.as("owner")
                        .get("/api/v1/apps/" + Api.encode("secret/hidden"))
                        .status())
                .as("it is still there")
                .isEqualTo(200);
        Figure.say(compared + " questions about another team's things, to " + actions.size()
                + " actions, answered as about nothing");
    }

    /** Everything in vain, and what only reads in earnest too. */
    private static List<Map<String, Object>> asked(JsonNode operation) {
        return operation.get("effect").asText().equals("read") ? List.of(IN_VAIN, Map.of()) : List.of(IN_VAIN);
    }

    @Test
    void aResourceNamedInATextIsNoMoreThereThanOneInAnId() {
        int compared = 0;
        for (JsonNode operation : tenants.asking.operations()) {
            for (Map.Entry<String, JsonNode> each :
                    operation.at("/input/properties").properties()) {
                String help = each.getValue().path("description").asText();
                if (!help.contains("kind:id") || KEEPS_NAMES.contains(Asking.id(operation))) {
                    continue;
                }
                for (String kind : List.of("app", "project", "deployment", "container")) {
                    for (String known : namesOf(kind)) {
                        compare(operation, each.getKey(), kind, known);
                        compared++;
                    }
                }
            }
        }
        assertThat(compared).isGreaterThan(30);
    }

    private static void compare(JsonNode operation, String property, String kind, String known) {
        String nobody = absent(known);
        Map<String, String> refs = new LinkedHashMap<>();
        for (JsonNode ref : operation.get("refs")) {
            String own = tenants.theirs.there().get(ref.get("kind").asText());
            if (ref.get("required").asBoolean()) {
                refs.put(ref.get("name").asText(), ref.get("kind").asText() + ':' + own);
            }
        }
        Map<String, Object> more = new TreeMap<>();
        if (Asking.id(operation).equals("invitation.create")) {
            more.put("email", "nobody@example.test");
            more.put("role", "role:viewer");
        }
        if (Asking.id(operation).equals("access.explain")) {
            more.put("action", "app.get");
        }
        Map<String, Object> about = new TreeMap<>(more);
        about.put(property, kind + ':' + known);
        more.put(property, kind + ':' + nobody);
        String what = Asking.id(operation) + ' ' + property + '=' + about.get(property);
        Api.Answer foreign = Asking.askAbout(stranger, operation, refs, about);
        Api.Answer absent = Asking.askAbout(stranger, operation, refs, more);
        assertThat(plain(foreign, Map.of("asked", "x:" + known)))
                .as(what)
                .isEqualTo(plain(absent, Map.of("asked", "x:" + nobody)));
        assertThat(foreign.status() == 404 || foreign.json().path("items").isEmpty())
                .as(what + ": " + foreign.text())
                .isTrue();
    }

    @Test
    void noListShowsASecondTenantAnything() {
        int lists = tenants.noListShows(
                stranger, "own.localhost", "secret", "hidden", Tenants.CANARY, "janitor", tenants.own, tenants.secret);
        assertThat(stranger.get("/api/v1/activity").ok().text()).contains("theirs");
        assertThat(stranger.get("/api/v1/audit").ok().text()).contains("\"callerName\":\"stranger\"");
        Figure.say(lists + " lists of a second tenant without a word of the first");
    }

    @Test
    void noStreamTellsASecondTenantAnything() throws InterruptedException {
        try (Follower follower = new Follower(tenants.panel, stranger.token(), streams())) {
            follower.await(
                    "theirs-later",
                    () -> stranger.post(
                            "/api/v1/projects",
                            Map.of("name", "theirs-later", "description", "seen by their own team")));
            Api owner = tenants.panel.owner();
            String app = owner.post(
                            "/api/v1/apps",
                            Map.of("project", tenants.secret, "name", "unseen", "image", "nowhere.invalid/unseen"))
                    .ok()
                    .json()
                    .get("app")
                    .asText();
            owner.post("/api/v1/comments", Map.of("resource", app, "text", "unseen by others"))
                    .ok();
            owner.deploy(app);
            follower.await("theirs-last", () -> stranger.post("/api/v1/projects", Map.of("name", "theirs-last")));

            assertThat(follower.heard()).doesNotContain("unseen", tenants.secret, app);
            Figure.say(streams().size() + " streams heard nothing of another team");
        }
    }

    /** Those that need nothing to follow. */
    private static List<String> streams() {
        return tenants.asking.operations().stream()
                .filter(each -> each.get("form").asText().equals("stream"))
                .filter(each -> !each.at("/refs/0/required").asBoolean())
                .map(Asking::id)
                .toList();
    }

    @Test
    void theTimeOfAnAnswerDoesNotTellWhetherAnotherTeamHasIt() {
        List<Question> left = new ArrayList<>();
        Set<String> seen = new TreeSet<>();
        for (Question question : questions()) {
            boolean decides = question.foreign.values().stream()
                    .anyMatch(
                            ref -> ref.endsWith(":" + tenants.asking.there().get(ref.substring(0, ref.indexOf(':')))));
            if (decides && seen.add(Asking.id(question.operation))) {
                left.add(question);
            }
        }
        int asked = left.size();
        List<Double> ratios = new ArrayList<>();
        for (int tries = 0; tries < TRIES && !left.isEmpty(); tries++) {
            List<Question> apart = new ArrayList<>();
            for (Question question : left) {
                double[] medians = medians(question);
                ratios.add(medians[0] / medians[1]);
                double allowed = Math.max(Math.min(medians[0], medians[1]) * (RATIO - 1), MILLIS);
                if (Math.abs(medians[0] - medians[1]) > allowed) {
                    apart.add(question);
                }
            }
            left = apart;
        }
        ratios.sort(null);
        assertThat(left)
                .as("answered in another time, each of " + TRIES + " times")
                .isEmpty();
        // Over all actions chance evens out: what is there is not slower by itself.
        assertThat(ratios.get(ratios.size() / 2)).isBetween(0.85, 1.18);
        Figure.say("%d actions take as long for another team's id, in the middle %.2f times"
                .formatted(asked, ratios.get(ratios.size() / 2)));
    }

    /** Milliseconds for what another team has and for what nobody has; asked in turns, so that both have the same weather. */
    private static double[] medians(Question question) {
        List<Long> foreign = new ArrayList<>();
        List<Long> absent = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            if (round % 2 == 0) {
                foreign.add(nanos(question.operation, question.foreign));
                absent.add(nanos(question.operation, question.absent));
            } else {
                absent.add(nanos(question.operation, question.absent));
                foreign.add(nanos(question.operation, question.foreign));
            }
        }
        return new double[] {median(foreign), median(absent)};
    }

    private static long nanos(JsonNode operation, Map<String, String> refs) {
        long began = System.nanoTime();
        Asking.askAbout(stranger, operation, refs, IN_VAIN);
        return System.nanoTime() - began;
    }

    private static double median(List<Long> nanos) {
        nanos.sort(null);
        return nanos.get(nanos.size() / 2) / 1e6;
    }
}
