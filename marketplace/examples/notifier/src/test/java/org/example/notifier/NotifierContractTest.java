package org.example.notifier;

import io.openpanel.testkit.PluginContract;

class NotifierContractTest implements PluginContract {}
