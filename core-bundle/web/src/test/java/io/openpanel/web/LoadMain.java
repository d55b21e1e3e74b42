package io.openpanel.web;

import io.openpanel.spi.Gateway;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Serves a fake read on a port until it is killed, for a load generator. */
final class LoadMain {
    private LoadMain() {}

    public static void main(String[] args) throws Exception {
        WebHost host = new WebHost();
        byte[] json = ("{\"items\":[" + "{\"id\":\"0123456789abcdef\",\"name\":\"web\"},".repeat(9)
                + "{\"id\":\"0123456789abcdef\",\"name\":\"web\"}]}").getBytes(StandardCharsets.UTF_8);
        host.kernel().add("container.list", "GET", "/containers", "{}");
        host.kernel().add("container.get", "GET", "/containers/{container}", "{}");
        host.kernel().answer("container.list", call -> new Gateway.Reply.Done(json, Optional.empty()));
        host.kernel().answer("container.get", call -> new Gateway.Reply.Done(json, Optional.of("v1")));
        host.kernel().forget();
        System.out.println("port " + host.port());
        Thread.sleep(600_000);
    }
}
