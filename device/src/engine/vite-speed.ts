// Corrections to the form engine that change nothing but how soon a form opens: what it works out again and again, or for pages that nobody
// has come to yet. Applied with the others (vite-patch.ts); measured by bench/device. On a cheap phone they are worth seconds.
import type { Correction } from './vite-patch';

export const SPEED: readonly Correction[] = [
  {
    why: 'the names of all node types were copied for every expression that was parsed',
    find: '    this.language = new SyntaxLanguage(language);',
    put: '    this.language = SyntaxLanguage.shared ??= new SyntaxLanguage(language);',
  },
  {
    why: 'the evaluator of an expression was built anew at each evaluation; it holds nothing but the expression',
    find: '    const expr = createExpression(tree.rootNode);',
    put: '    const expr = tree.made ??= createExpression(tree.rootNode);',
  },
  {
    why: 'whether an expression is a constant was found out again for every node that uses it',
    find: `const findConstantExpressionNode = (expression) => {
  const { rootNode } = expressionParser.parse(expression);`,
    put: `const findConstantExpressionNode = (expression) => {
  const tree = expressionParser.parse(expression);
  return tree.constant === undefined ? tree.constant = readConstantExpressionNode(tree) : tree.constant;
};
const readConstantExpressionNode = ({ rootNode }) => {`,
  },
  {
    why: 'whether an expression is a path was found out again for every reference to it',
    find: `const getPathExpressionNode = (expression) => {
  const { rootNode } = expressionParser.parse(expression);`,
    put: `const getPathExpressionNode = (expression) => {
  const tree = expressionParser.parse(expression);
  return tree.path === undefined ? tree.path = readPathExpressionNode(tree) : tree.path;
};
const readPathExpressionNode = ({ rootNode }) => {`,
  },
  {
    why: 'every property of every node was copied into a second reactive object, a computation each; the first is reactive itself, and our Solid is the engine\'s',
    find: `  const initialState = deriveInitialState(scope, engineState);
  const clientState = clientStateFactory(initialState);
  scope.runTask(() => {
    getPropertyKeys(initialState).forEach((key) => {
      createComputed(() => {
        clientState[key] = engineState[key];
      });
    });
  });
  return declareInternalClientRepresentation(clientState);`,
    put: '  return declareInternalClientRepresentation(engineState);',
  },
  {
    why: 'the choices of every list were worked out when the form opened, and not when its page is shown',
    find: `    const valueOptions = createItemCollection(this);
    const isSelectWithImages = this.scope.runTask(() => {
      return createMemo(() => valueOptions().some((item) => !!item.label.imageSource));
    });
    const mapOptionsByValue = this.scope.runTask(() => {
      return createMemo(() => {
        return new Map(valueOptions().map((item) => [item.value, item]));
      });
    });
    this.mapOptionsByValue = mapOptionsByValue;
    const baseValueState = this.valueState;
    const [baseGetValue, setValue] = baseValueState;
    const getValue = this.scope.runTask(() => {
      return createMemo(() => {
        const optionsByValue = mapOptionsByValue();
        return baseGetValue().filter((value) => {`,
    put: `    const whenAsked = (make) => {
      let made;
      return () => (made ??= this.scope.runTask(make))();
    };
    const valueOptions = whenAsked(() => createItemCollection(this));
    const isSelectWithImages = whenAsked(() => {
      return createMemo(() => valueOptions().some((item) => !!item.label.imageSource));
    });
    const mapOptionsByValue = whenAsked(() => {
      return createMemo(() => {
        return new Map(valueOptions().map((item) => [item.value, item]));
      });
    });
    this.mapOptionsByValue = mapOptionsByValue;
    const baseValueState = this.valueState;
    const [baseGetValue, setValue] = baseValueState;
    const getValue = this.scope.runTask(() => {
      return createMemo(() => {
        const given = baseGetValue();
        if (given.every((value) => value === "")) return [];
        const optionsByValue = mapOptionsByValue();
        return given.filter((value) => {`,
  },
  {
    why: 'value, label and columns of every row of a list were a computation each; those of a file never change, and its columns are seldom asked for',
    find: `          const value = createComputedExpression(context, itemset.value, {
            defaultValue: ""
          });
          const label = createItemsetItemLabel(context, itemset, value);
          const nodeElements = itemNode.getXPathChildNodes().filter((node) => node.nodeType === "static-element");
          const properties = itemset.getPropertiesExpressions(nodeElements).map((expression) => {
            return [expression.toString(), createComputedExpression(context, expression)];
          });`,
    put: `          const value = readOwnChild(context, itemset.value) ?? createComputedExpression(context, itemset.value, {
            defaultValue: ""
          });
          const label = createItemsetItemLabel(context, itemset, value);
          let read;
          const properties = () => read ??= control.scope.runTask(() => {
            const nodeElements = itemNode.getXPathChildNodes().filter((node) => node.nodeType === "static-element");
            return itemset.getPropertiesExpressions(nodeElements).map((expression) => {
              return [expression.toString(), createComputedExpression(context, expression)];
            });
          });`,
  },
  {
    why: 'the same, where they are given to the question',
    find: `          properties: item.properties.map(
            ([propLabel, propValue]) => [propLabel, propValue()]
          )`,
    put: `          get properties() {
            return item.properties().map(([propLabel, propValue]) => [propLabel, propValue()]);
          }`,
  },
  {
    why: 'the same, for labels',
    find: `const createItemsetItemLabel = (context, definition, itemValue) => {
  const { label } = definition;
  if (label == null) {`,
    put: `/** A row of a file: the text of one of its columns, once for all; null for any other expression or node. */
const readOwnChild = (context, expression) => {
  const { contextNode } = context;
  if (contextNode.nodeType !== "static-element" || expression.isTranslated || !/^[A-Za-z_][\\w-]*$/.test(expression.toString())) {
    return null;
  }
  const text = context.evaluator.evaluateString(expression.toString(), { contextNode });
  return () => text;
};
const createItemsetItemLabel = (context, definition, itemValue) => {
  const { label } = definition;
  const chunk = label?.chunks.length === 1 ? label.chunks[0] : null;
  const text = chunk && chunk.resourceType == null && chunk.source !== "literal" && chunk.source !== "translation" ? readOwnChild(context, chunk) : null;
  if (text) {
    const range = new TextRange("item-label", [new TextChunk(context, chunk.source, text())], {});
    return () => range;
  }
  if (label == null) {`,
  },
];
