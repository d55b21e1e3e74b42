package io.openpanel.itests;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import io.openpanel.api.Param;
import io.openpanel.api.Topic;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The reference page of events, made from the records that declare them. */
final class EventReference {
    private static final String HEAD =
            """
            # Events

            Every event a part of the panel publishes, made from the records that declare them. A route hears one with
            `from: event:deployment.finished`, a plugin with `@On("deployment.finished")`; `*` stands for any part of a name.
            All but those marked *watched only* are kept until each hearer has them. Beside these, the panel tells those who
            watch, and keeps nothing: `action.done` and `action.failed` with each change, `job.changed`, `catalogue.changed`.
            """;

    private EventReference() {}

    static String page() {
        Map<String, Map<String, JavaClass>> byNoun = new TreeMap<>();
        for (JavaClass each : ProductClasses.read()) {
            if (each.getPackageName().startsWith("io.openpanel") && each.isAnnotatedWith(Topic.class)) {
                String topic = each.getAnnotationOfType(Topic.class).value();
                byNoun.computeIfAbsent(topic.substring(0, topic.indexOf('.')), any -> new TreeMap<>())
                        .put(topic, each);
            }
        }
        StringBuilder page = new StringBuilder(HEAD).append("\n| event | when | data |\n|---|---|---|\n");
        byNoun.values().forEach(topics -> topics.forEach((topic, record) -> page.append(row(topic, record))));
        return page.toString();
    }

    private static String row(String topic, JavaClass record) {
        Topic said = record.getAnnotationOfType(Topic.class);
        String data = record.getFields().stream()
                .filter(field -> !field.getModifiers().contains(JavaModifier.STATIC))
                .sorted(Comparator.comparing(JavaField::getName))
                .map(EventReference::field)
                .collect(Collectors.joining(", "));
        return "| `%s` | %s%s | %s |%n"
                .formatted(topic, said.summary(), said.durable() ? "" : ", *watched only*", data);
    }

    private static String field(JavaField field) {
        String kind = field.isAnnotatedWith(Param.class)
                ? field.getAnnotationOfType(Param.class).kind()
                : "";
        return '`' + field.getName() + '`' + (kind.isEmpty() ? "" : " (" + kind + ')');
    }
}
