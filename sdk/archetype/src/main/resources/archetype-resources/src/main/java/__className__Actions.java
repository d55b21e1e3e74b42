package ${package};

import io.openpanel.api.Action;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** Greetings. */
@Component
public class ${className}Actions implements Extension {
    /** Whom to greet. */
    public record Filter(@Param(value = "Whom to greet", example = "Ada", max = 100) Optional<String> name) {}

    /** A greeting. */
    public record Item(String language, String text) {}

    /** Greetings. */
    public record Listed(List<Item> items) {}

    @Action(
            value = "${artifactId}.list",
            summary = "Lists greetings in the languages it speaks",
            effect = Action.Effect.READ)
    public Listed list(Filter in) {
        String name = in.name().orElse("you");
        return new Listed(List.of(new Item("English", "Hello, " + name), new Item("Português", "Olá, " + name)));
    }
}
