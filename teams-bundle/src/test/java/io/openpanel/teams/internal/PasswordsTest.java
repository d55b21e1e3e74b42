package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Problem;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordsTest {
    private final Passwords passwords = new Passwords();

    @Test
    void aHashIsAPhcStringOfTodaysCost() {
        assertThat(passwords.hash("seven quiet otters"))
                .matches("\\$argon2id\\$v=19\\$m=19456,t=2,p=1\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}");
    }

    @Test
    void onlyTheSamePasswordFits() {
        String hash = passwords.hash("seven quiet otters");

        assertThat(passwords.verify("seven quiet otters", hash)).isTrue();
        assertThat(passwords.verify("seven quiet otterS", hash)).isFalse();
        assertThat(passwords.verify("seven quiet otters ", hash)).isFalse();
        assertThat(passwords.hash("seven quiet otters")).isNotEqualTo(hash);
        assertThat(passwords.verifyNobody("seven quiet otters")).isFalse();
    }

    @Test
    void hashesOfTheReferenceImplementationAreUnderstood() {
        assertThat(passwords.verify(
                        "password",
                        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"))
                .isTrue();
    }

    @Test
    void thisMachineHasTheReferenceImplementation() {
        assertThat(Argon2.fastest()).isInstanceOf(NativeArgon2.class);
    }

    @ParameterizedTest
    @CsvSource({"8, 1, 1, 32", "19456, 2, 1, 32", "4096, 3, 2, 16", "65536, 1, 4, 64"})
    void whereThereIsNoneJavaGivesTheSame(int memory, int passes, int lanes, int length) {
        Passwords.Cost cost = new Passwords.Cost(memory * lanes, passes, lanes);
        byte[] salt = "sixteen of bytes".getBytes(StandardCharsets.UTF_8);
        for (String password : List.of("", "seven quiet otters", "çãõ 😀", "x".repeat(1000))) {
            byte[] bytes = password.getBytes(StandardCharsets.UTF_8);

            assertThat(Argon2.inJava(bytes, salt, cost, length))
                    .isEqualTo(Argon2.fastest().tag(bytes, salt, cost, length));
        }
    }

    @Test
    void aCheaperHashIsOutdated() {
        String cheap = new Passwords(new Passwords.Cost(8 * 1024, 1, 1), 1).hash("seven quiet otters");

        assertThat(passwords.isOutdated(cheap)).isTrue();
        assertThat(passwords.verify("seven quiet otters", cheap)).isTrue();
        assertThat(passwords.isOutdated(passwords.hash("seven quiet otters"))).isFalse();
    }

    @Test
    void whoComesWhenTwoHundredWaitIsSentAway() throws Exception {
        Passwords busy = new Passwords(new Passwords.Cost(3 * 1024, 1, 1), 1);
        // The only core is taken while the crowd comes: a cheap hash ends before the next of them is there.
        String dear = new Passwords(new Passwords.Cost(3 * 1024, 300, 1), 1).hash("seven quiet otters");
        ExecutorService crowd = Executors.newFixedThreadPool(301);
        CountDownLatch all = new CountDownLatch(300);
        CountDownLatch taken = new CountDownLatch(1);
        List<Future<String>> hashes = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            hashes.add(crowd.submit(() -> {
                all.countDown();
                taken.await();
                return busy.hash("seven quiet otters");
            }));
        }
        // Three hundred threads are not made in the time of one hash.
        all.await();
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        Future<Boolean> first = crowd.submit(() -> {
            thread.complete(Thread.currentThread());
            return busy.verify("seven quiet otters", dear);
        });
        TestPanel.await("the core is taken", () -> isHashing(thread.join()));
        taken.countDown();
        int limited = 0;
        for (Future<String> future : hashes) {
            try {
                future.get();
            } catch (ExecutionException e) {
                assertThat(((Problem) e.getCause()).kind()).isEqualTo(Problem.Kind.LIMITED);
                assertThat(((Problem) e.getCause()).retryAfter()).isPresent();
                limited++;
            }
        }
        crowd.shutdown();

        assertThat(first.get()).isTrue();
        assertThat(limited).isBetween(1, 100);
    }

    private static boolean isHashing(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(each -> each.getMethodName().equals("tag"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "elevenchars",
                "",
                "password1234",
                "123456789012",
                "qwertyuiopas",
                "qwertyqwerty1",
                "aaaaaaaaaaaa",
                "abcabcabcabc",
                "monkeymonkey",
                "unbelievable",
                "1qaz2wsx3edc4rfv",
                "lkjhgfdsapoi",
                "openpanel2026",
                "openpanelopenpanel",
                "ana.martins@1",
                "Ana Martins 99",
                "iloveyou!!!!",
                "dragon123456",
                "Basketball1!",
                "P4$$w0rd1234",
                "4dm1n1str4t0r",
                "$uperman12345",
                "1Loveyou!!!!",
                "motherfucker9",
                "SonyEricsson",
                "1234-iloveyou-1234",
                "0p3np4n3l2026",
                "4n4 M4rt1ns 99",
                "AcmeRockets1"
            })
    void isTooEasy(String password) {
        assertThatThrownBy(() -> PasswordRules.check(
                        "password", password, "ana.martins@example.com", "Ana Martins", "Acme Rockets"))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.fields()).containsKey("password"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "seven quiet otters",
                "correct horse battery staple",
                "  spaces count  ",
                "çãõéíóúâêôüñ",
                "mPx8vQ2rTz5w",
                "noventa e nove balões",
                "rats 83719204751",
                "ana likes 7 otters"
            })
    void isAccepted(String password) {
        assertThatCode(() -> PasswordRules.check("password", password, "ana.martins@example.com", "Ana Martins"))
                .doesNotThrowAnyException();
    }

    @Test
    void whatLeakedIsKnown() throws IOException {
        List<String> leaked = leaked();

        assertThat(leaked.stream().filter(each -> each.length() >= 12)).hasSizeGreaterThan(40_000);
        assertThat(leaked.stream().filter(each -> each.length() < 12)).hasSizeGreaterThan(9_000);
        assertThat(leaked).allMatch(CommonPasswords::contains);
        assertThat(leaked.stream().filter(each -> each.length() >= 12).limit(3_000))
                .allSatisfy(
                        each -> assertThatThrownBy(() -> PasswordRules.check("password", each.toUpperCase(Locale.ROOT)))
                                .isInstanceOf(Problem.class));
    }

    private static List<String> leaked() throws IOException {
        try (InputStream list = PasswordRules.class.getResourceAsStream("common-passwords.txt")) {
            return new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("# "))
                    .toList();
        }
    }

    @Test
    void lengthIsCountedAsPeopleSeeIt() {
        assertThatCode(() -> PasswordRules.check("password", "😀🦊🐢🐙🦉🐝🐞🦋🐌🐛🦀🐡"))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> PasswordRules.check("password", "x7".repeat(65)))
                .hasMessageContaining("130");
    }

    @Test
    void aHashSaysThatItCostsWhatWeAskFor() {
        String hash = passwords.hash("seven quiet otters");
        long work = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (int i = 0; i < 10; i++) {
            passwords.verify("seven quiet otters", hash);
        }
        work = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - work) / 10_000;
        System.out.println("Argon2id m=19456 t=2 p=1: " + work + " us of processor time each");

        assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
        assertThat(work).as("guessing has to cost something").isGreaterThan(1_000);
    }
}
