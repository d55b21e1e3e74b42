package io.openpanel.local.internal;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;

/** Says whether the process at the other end of a socket may come in. */
@FunctionalInterface
interface PeerCheck {
    boolean mayEnter(SocketChannel channel) throws IOException;

    /** The user the socket's file belongs to and root, as the kernel of the machine vouches for them. */
    static PeerCheck ownerOrRoot(Path socket) {
        return channel -> {
            UserPrincipal peer =
                    channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
            return isRoot(peer.getName()) || peer.equals(Files.getOwner(socket));
        };
    }

    /** A machine without a user database knows root by number only. */
    static boolean isRoot(String name) {
        return name.equals("root") || name.equals("0");
    }
}
