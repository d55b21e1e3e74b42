package io.openpanel.isolate;

import io.openpanel.kernel.internal.wire.Wire;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Starts the plugin in the folder and serves the panel until it goes. */
public final class Main {
    private static final int MOST_BYTES = 16 << 20;
    private static final int MOST_ASKED = 64;

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments.length == 0 ? "/panel" : arguments[0]);
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("gateway.sock")));
        channel.write(ByteBuffer.wrap(Files.readString(folder.resolve("token")).getBytes(StandardCharsets.US_ASCII)));
        Guest guest = new Guest();
        // Without the panel there is nothing to do here, whatever the plugin thinks.
        Wire wire = new Wire("panel", channel, MOST_BYTES, MOST_ASKED, guest, () -> Runtime.getRuntime()
                .halt(0));
        guest.begin(folder.resolve("plugin.jar"), wire);
        wire.start();
    }
}
