/** Data forms: reading what is submitted, writing what is asked. Spec: XEP-0004, XEP-0068. @module */
import { Element } from 'ltx';
import type { RoomLimits } from '../config.ts';
import { NS } from '../namespaces.ts';
import { StanzaError } from '../stanza-error.ts';
import { childIn, ownChildren, ownText } from '../stanza.ts';

/** What was submitted: the values of each field. */
export type Submitted = ReadonlyMap<string, readonly string[]>;

/** A field to write. */
export interface FormField {
  readonly var: string;
  readonly type: string;
  readonly label?: string;
  readonly values: readonly string[];
  readonly options?: readonly (readonly [value: string, label: string])[];
  readonly isRequired?: boolean;
}

/** The form in an element, if there is one. */
export function formIn(element: Element): Element | undefined {
  return childIn(element, 'x', NS.dataForms);
}

/** Reads a form that was submitted. A form without fields needs no FORM_TYPE (XEP-0045 §10.1.2).
 *  @param formType what its FORM_TYPE must be */
export function readForm(form: Element, formType: string, limits: RoomLimits): Submitted | StanzaError {
  const elements = ownChildren(form, 'field');
  if (elements.length > limits.fields) return new StanzaError('resource-constraint', 'The form has too many fields.');
  const fields = new Map<string, readonly string[]>();
  for (const field of elements) {
    const values = ownChildren(field, 'value').map((value) => value.getText());
    if (values.length > limits.affiliations || values.some((value) => value.length > limits.fieldCharacters)) return new StanzaError('resource-constraint', 'A field of the form is too long.');
    if (field.attrs.var !== undefined) fields.set(field.attrs.var, values);
  }
  const type = fields.get('FORM_TYPE')?.[0];
  if (fields.size > 0 && type !== formType) return new StanzaError('bad-request', `The FORM_TYPE of the form is ${formType}.`);
  return fields;
}

/** Writes a form; its FORM_TYPE goes first (XEP-0068 §3). */
export function formElement(type: 'form' | 'result', formType: string, fields: readonly FormField[], { title, instructions }: { readonly title?: string; readonly instructions?: string } = {}): Element {
  const form = new Element('x', { xmlns: NS.dataForms, type });
  if (title !== undefined) form.c('title').t(title);
  if (instructions !== undefined) form.c('instructions').t(instructions);
  form.c('field', { var: 'FORM_TYPE', type: 'hidden' }).c('value').t(formType);
  for (const { var: name, type: fieldType, label, values, options = [], isRequired = false } of fields) {
    const field = form.c('field', { var: name, ...(type === 'form' ? { type: fieldType } : {}), ...(label === undefined ? {} : { label }) });
    for (const value of values) field.c('value').t(value);
    if (isRequired) field.c('required');
    if (type === 'form') for (const [value, text] of options) field.c('option', { label: text }).c('value').t(value);
  }
  return form;
}

/** A boolean (XEP-0004 §3.3); undefined when it is none. */
export function booleanOf(text: string | undefined): boolean | undefined {
  if (text === '1' || text === 'true') return true;
  return text === '0' || text === 'false' ? false : undefined;
}

/** The text of the first child of this name, if there is any text. */
export function textIn(element: Element, name: string): string | undefined {
  const text = ownText(element, name);
  return text === '' ? undefined : text;
}
