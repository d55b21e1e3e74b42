package io.openpanel.local.internal;

import io.openpanel.api.Principal;
import io.openpanel.spi.Gateway;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Answers as told and remembers what it was asked. */
final class FakeGateway implements Gateway {
    final List<Invocation> asked = new CopyOnWriteArrayList<>();
    volatile Function<Invocation, Reply> answer = invocation -> new Reply.Done(invocation.input(), Optional.empty());

    @Override
    public Reply call(Invocation invocation) {
        asked.add(invocation);
        return answer.apply(invocation);
    }

    @Override
    public Optional<Principal> authenticate(Caller caller) {
        return Optional.empty();
    }
}
