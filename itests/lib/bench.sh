# shellcheck shell=bash
# Runs benchmarks of the class Bench by name.
# shellcheck source=itests/lib/suite.sh
source "$(dirname "${BASH_SOURCE[0]}")/suite.sh"

run_bench() {
    make_base_image
    mvn -q -f "$root/itests/pom.xml" test-compile dependency:build-classpath \
        -Dmdep.outputFile="$root/itests/target/classpath.txt" -Dmdep.includeScope=test >&2
    java -Dopenpanel.root="$root" -cp "$root/itests/target/test-classes:$(cat "$root/itests/target/classpath.txt")" \
        io.openpanel.itests.Bench "$@"
}
