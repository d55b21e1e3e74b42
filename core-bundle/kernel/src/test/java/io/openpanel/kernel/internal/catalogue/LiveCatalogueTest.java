package io.openpanel.kernel.internal.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Action;
import io.openpanel.api.Action.Effect;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Operation;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LiveCatalogueTest {
    private static final Set<String> ALL = Set.of("owner");
    private static final Map<String, Set<String>> ROLES = Map.of(
            "box.list",
            ALL,
            "box.get",
            ALL,
            "box.create",
            ALL,
            "box.update",
            ALL,
            "box.delete",
            ALL,
            "box.open",
            ALL,
            "box.size",
            ALL,
            "box.prune",
            ALL,
            "weather.get",
            ALL,
            "gift-card.create",
            ALL);

    public record One(@Param(kind = "box") Ref box) {}

    public record Made(String name) {}

    public static final class Boxes implements Extension {
        @Action(value = "box.list", summary = "Lists boxes", effect = Effect.READ)
        public Made list() {
            return new Made("all");
        }

        @Action(value = "box.get", summary = "Shows a box", effect = Effect.READ)
        public Made get(One in) {
            return new Made(in.box().id());
        }

        @Action(value = "box.create", summary = "Makes a box", effect = Effect.CHANGE)
        public Made create(Call call, Made in) {
            return in;
        }

        @Action(value = "box.update", summary = "Changes a box", effect = Effect.CHANGE)
        public void update(One in) {
            // Nothing to change.
        }

        @Action(value = "box.delete", summary = "Deletes a box", effect = Effect.DESTROY)
        public void delete(One in) {
            // Nothing to delete.
        }

        @Action(value = "box.open", summary = "Opens a box", effect = Effect.CHANGE)
        public void open(One in) {
            // Nothing to open.
        }

        @Action(value = "box.size", summary = "Measures a box", effect = Effect.READ)
        public Made size(One in) {
            return new Made("1");
        }

        @Action(value = "box.prune", summary = "Throws empty boxes away", effect = Effect.CHANGE)
        public void prune() {
            // Nothing to throw away.
        }

        @Action(value = "weather.get", summary = "Shows the weather", effect = Effect.READ)
        public Made weather() {
            return new Made("fine");
        }

        @Action(value = "gift-card.create", summary = "Makes a gift card", effect = Effect.CHANGE)
        public void card(Made in) {
            // Nothing to make.
        }
    }

    public static final class Unlisted implements Extension {
        @Action(value = "box.steal", summary = "Takes a box", effect = Effect.CHANGE)
        public void steal() {
            // Never called.
        }
    }

    private static final Resources KIND = new Resources() {
        @Override
        public String kind() {
            return "box";
        }

        @Override
        public String plural() {
            return "boxes";
        }

        @Override
        public Optional<Resource> find(String id) {
            return Optional.empty();
        }
    };

    private final LiveCatalogue catalogue = new LiveCatalogue();
    private final Turnstile turnstile = new Turnstile();

    private void add(Extension extension, String plugin) {
        catalogue.add(extension, catalogue.read(extension, plugin, ROLES, turnstile));
    }

    private String place(String id) {
        Operation operation = catalogue.operation(id).orElseThrow();
        return operation.method() + ' ' + operation.path();
    }

    @Test
    void eachVerbHasItsPlaceInTheRestApi() {
        catalogue.add(LiveCatalogue.Kind.of("test", KIND, turnstile));
        add(new Boxes(), "test");
        assertThat(place("box.list")).isEqualTo("GET /boxes");
        assertThat(place("box.get")).isEqualTo("GET /boxes/{box}");
        assertThat(place("box.create")).isEqualTo("POST /boxes");
        assertThat(place("box.update")).isEqualTo("PATCH /boxes/{box}");
        assertThat(place("box.delete")).isEqualTo("DELETE /boxes/{box}");
        assertThat(place("box.open")).isEqualTo("POST /boxes/{box}/open");
        assertThat(place("box.size")).isEqualTo("GET /boxes/{box}/size");
        assertThat(place("box.prune")).isEqualTo("POST /boxes/prune");
        assertThat(place("weather.get")).isEqualTo("GET /weather");
        assertThat(place("gift-card.create")).isEqualTo("POST /gift-cards");
    }

    @Test
    void actionsComeAndGoWithTheirExtensionAndEachChangeIsTold() throws Exception {
        AtomicInteger told = new AtomicInteger();
        AutoCloseable listening = catalogue.onChange(told::incrementAndGet);
        String before = catalogue.version();
        Boxes boxes = new Boxes();
        add(boxes, "test");
        assertThat(catalogue.actionsOf("test")).hasSize(10);
        assertThat(catalogue.version()).isNotEqualTo(before);
        catalogue.remove(boxes);
        assertThat(catalogue.operations()).isEmpty();
        listening.close();
        add(boxes, "test");
        assertThat(told).hasValue(2);
    }

    @Test
    void anActionThatRolesDoesNotMentionIsRefusedByName() {
        assertThatThrownBy(() -> add(new Unlisted(), "test"))
                .hasMessageContaining("box.steal")
                .hasMessageContaining("roles.yaml");
        assertThat(catalogue.operations()).isEmpty();
    }

    @Test
    void anIdCanBeTakenOnce() {
        add(new Boxes(), "test");
        assertThatThrownBy(() -> add(new Boxes(), "other")).hasMessageContaining("already");
    }

    @Test
    void aDestroyingActionTakesTheNameAgain() {
        add(new Boxes(), "test");
        assertThat(catalogue.operation("box.delete").orElseThrow().input()).contains("\"confirm\"");
        assertThat(catalogue.operation("box.open").orElseThrow().input()).doesNotContain("\"confirm\"");
    }

    @Test
    void rolesAreReadAndUnknownOnesRefused() {
        assertThat(Roles.read(stream("box.list: [owner, viewer]")))
                .isEqualTo(Map.of("box.list", Set.of("owner", "viewer")));
        assertThatThrownBy(() -> Roles.read(stream("box.list: [king]"))).hasMessageContaining("king");
        assertThat(Roles.BUILT_IN).isEqualTo(List.of("owner", "admin", "developer", "viewer"));
    }

    private static ByteArrayInputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void anActionKeepsItsPlaceWhileItsPluginIsExchanged() {
        Boxes former = new Boxes();
        add(former, "test");
        Entry before = catalogue.entry("box.list").orElseThrow();
        turnstile.close();
        catalogue.remove(former);
        assertThat(catalogue.operation("box.list")).isPresent();
        assertThat(catalogue.isCurrent(catalogue.entry("box.list").orElseThrow()))
                .as("there is nothing to call")
                .isFalse();
        add(new Boxes(), "test");
        turnstile.open();
        catalogue.settle("test");
        assertThat(catalogue.isCurrent(catalogue.entry("box.list").orElseThrow()))
                .isTrue();
        assertThat(catalogue.isCurrent(before)).isFalse();
    }

    @Test
    void aPlaceThatNobodyComesBackToIsGivenUp() {
        Boxes former = new Boxes();
        add(former, "test");
        turnstile.close();
        catalogue.remove(former);
        turnstile.open();
        catalogue.settle("test");
        assertThat(catalogue.operations()).isEmpty();
    }
}
