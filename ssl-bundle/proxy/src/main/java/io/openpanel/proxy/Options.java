package io.openpanel.proxy;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The command line.
 *
 * @param home the folder with {@code proxy.json}
 * @param address the address to listen on; empty: all of the machine
 * @param httpPort overrides the configuration's
 * @param httpsPort overrides the configuration's
 * @param panelPort overrides the configuration's
 * @param accessLog whether each request is logged
 */
record Options(
        Path home,
        Optional<String> address,
        OptionalInt httpPort,
        OptionalInt httpsPort,
        OptionalInt panelPort,
        boolean accessLog) {
    static final String USAGE = "usage: openpanel-proxy --home DIR [--address ADDRESS] [--http-port N] [--https-port N]"
            + " [--panel-port N] [--access-log]";

    /** @throws IllegalArgumentException with a sentence for the person who typed them */
    static Options parse(String... arguments) {
        Path home = null;
        String address = null;
        OptionalInt http = OptionalInt.empty();
        OptionalInt https = OptionalInt.empty();
        OptionalInt panel = OptionalInt.empty();
        boolean accessLog = false;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--home" -> home = Path.of(value(arguments, i++));
                case "--address" -> address = value(arguments, i++);
                case "--http-port" -> http = port(arguments, i++);
                case "--https-port" -> https = port(arguments, i++);
                case "--panel-port" -> panel = port(arguments, i++);
                case "--access-log" -> accessLog = true;
                default -> throw new IllegalArgumentException("There is no option " + arguments[i] + "; " + USAGE);
            }
        }
        if (home == null) {
            throw new IllegalArgumentException("--home is missing; " + USAGE);
        }
        return new Options(home, Optional.ofNullable(address), http, https, panel, accessLog);
    }

    private static String value(String[] arguments, int option) {
        if (option + 1 == arguments.length) {
            throw new IllegalArgumentException(arguments[option] + " needs a value; " + USAGE);
        }
        return arguments[option + 1];
    }

    private static OptionalInt port(String[] arguments, int option) {
        String text = value(arguments, option);
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > 65_535) {
            throw new IllegalArgumentException(arguments[option] + " needs a port from 0 to 65535, not '" + text + "'");
        }
        return OptionalInt.of(Integer.parseInt(text));
    }
}
