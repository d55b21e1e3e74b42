package io.openpanel.itests;

import java.util.LinkedHashMap;
import java.util.Map;

/** Repositories that people could have. Their base image is made on the spot by the suite's script. */
final class Sources {
    static final String BASE = "openpanel-test/busybox:1";

    private Sources() {}

    /** A static site that says a text. */
    static Map<String, String> site(String text) {
        return Map.of(
                "Dockerfile",
                """
                FROM %s
                COPY www /www
                EXPOSE 8080
                CMD ["/bin/httpd", "-f", "-p", "8080", "-h", "/www"]
                """
                        .formatted(BASE),
                "www/index.html",
                text);
    }

    /** A service that shows its environment. */
    static Map<String, String> environment() {
        return Map.of(
                "Dockerfile",
                """
                FROM %s
                COPY run.sh /run.sh
                CMD ["/bin/sh", "/run.sh"]
                """
                        .formatted(BASE),
                "run.sh",
                """
                mkdir -p /www && env > /www/index.html
                echo "listening on $PORT"
                exec httpd -f -p "$PORT" -h /www
                """);
    }

    /** Two stages: the second takes one file of the first. */
    static Map<String, String> twoStages() {
        return Map.of(
                "Dockerfile",
                """
                FROM %1$s AS build
                COPY . /src
                RUN mkdir /out && cat /src/part1.txt /src/part2.txt > /out/index.html

                FROM %1$s
                COPY --from=build /out /www
                CMD ["/bin/httpd", "-f", "-p", "8080", "-h", "/www"]
                """
                        .formatted(BASE),
                "part1.txt",
                "one ",
                "part2.txt",
                "two");
    }

    /** The files with some replaced. */
    static Map<String, String> with(Map<String, String> files, String name, String text) {
        Map<String, String> changed = new LinkedHashMap<>(files);
        changed.put(name, text);
        return changed;
    }
}
