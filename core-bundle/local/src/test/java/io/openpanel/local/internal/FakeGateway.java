package io.openpanel.local.internal;

import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
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
    public List<Resource> lineage(Principal principal, Ref resource) {
        throw Problem.missing(resource);
    }

    @Override
    public Principal check(Invocation invocation) {
        throw new UnsupportedOperationException("The local door calls");
    }

    @Override
    public Optional<Principal> authenticate(Caller caller) {
        return Optional.empty();
    }
}
