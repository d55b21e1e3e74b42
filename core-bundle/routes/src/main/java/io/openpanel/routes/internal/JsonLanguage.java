package io.openpanel.routes.internal;

import org.apache.camel.Expression;
import org.apache.camel.Predicate;
import org.apache.camel.spi.Language;
import org.apache.camel.support.ExpressionToPredicateAdapter;
import org.apache.camel.support.LanguageSupport;

/** {@code language: {language: json, expression: …}}: a {@link JsonTemplate} with Camel's simple language in its texts. */
final class JsonLanguage extends LanguageSupport {
    @Override
    public Predicate createPredicate(String expression) {
        return ExpressionToPredicateAdapter.toPredicate(createExpression(expression));
    }

    @Override
    public Expression createExpression(String json) {
        Language simple = getCamelContext().resolveLanguage("simple");
        return JsonTemplate.of(json, text -> {
            Expression expression = simple.createExpression(text);
            expression.init(getCamelContext());
            return expression;
        });
    }
}
