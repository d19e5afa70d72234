import type { DocumentNode, FieldNode, OperationDefinitionNode, SelectionSetNode } from "graphql";

/** The names of the fields that this selection asks for, whatever their aliases and however deep in fragments. */
export function selectedFields(selectionSet: SelectionSetNode | undefined, document: DocumentNode): Set<string> {
  const names = new Set<string>();
  const visited = new Set<string>();
  const visit = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === "Field") names.add(selection.name.value);
      else if (selection.kind === "InlineFragment") visit(selection.selectionSet);
      else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        visit(fragment(selection.name.value, document));
      }
    }
  };
  visit(selectionSet);
  return names;
}

/** Whether one of these fields asks for a field of the given name directly below it. */
export function selectsField(fields: readonly FieldNode[], name: string, document: DocumentNode): boolean {
  return fields.some((field) => selectedFields(field.selectionSet, document).has(name));
}

/** The operation that would run: the one of that name, or the only one. */
export function operationOf(document: DocumentNode, name: string | undefined): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((definition) => definition.kind === "OperationDefinition");
  if (name === undefined) return operations.length === 1 ? operations[0] : undefined;
  return operations.find((operation) => operation.name?.value === name);
}

function fragment(name: string, document: DocumentNode): SelectionSetNode | undefined {
  for (const definition of document.definitions) {
    if (definition.kind === "FragmentDefinition" && definition.name.value === name) return definition.selectionSet;
  }
  return undefined;
}
