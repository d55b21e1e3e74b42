package io.openpanel.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives a test class a {@link TestPanel} with the bundles that {@link Bundles} names. */
public final class OpenPanelExtension implements BeforeAllCallback, AfterAllCallback, ParameterResolver {
    private static final ExtensionContext.Namespace HERE = ExtensionContext.Namespace.create(OpenPanelExtension.class);

    /** Symbolic names of bundles on the class path to start beside data and kernel. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    public @interface Bundles {
        String[] value();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        Bundles bundles = context.getRequiredTestClass().getAnnotation(Bundles.class);
        context.getStore(HERE).put(TestPanel.class, new TestPanel(bundles == null ? new String[0] : bundles.value()));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        TestPanel panel = context.getStore(HERE).remove(TestPanel.class, TestPanel.class);
        if (panel != null) {
            panel.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestPanel.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(HERE).get(TestPanel.class, TestPanel.class);
    }
}
