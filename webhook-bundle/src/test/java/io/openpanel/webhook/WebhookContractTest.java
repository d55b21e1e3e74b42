package io.openpanel.webhook;

import io.openpanel.testkit.PluginContract;

class WebhookContractTest implements PluginContract {}
