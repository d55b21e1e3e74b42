export { TextInput, PasswordInput, Textarea, Select, Switch } from '@mantine/core';
