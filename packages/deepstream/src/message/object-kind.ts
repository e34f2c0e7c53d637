/** What a detection is to DeepStream's converter (NvDsObjectType). Stock test5 knows `unknown`, `vehicle` and `dummy`. */
export type ObjectKind =
  | 'vehicle'
  | 'person'
  | 'face'
  | 'product'
  | 'bag'
  | 'bicycle'
  | 'roadsign'
  | 'vehicle-extended'
  | 'person-extended'
  | 'face-extended'
  | 'product-extended'
  | 'custom'
  | 'dummy'
  | 'unknown';

interface KindNames {
  /** What minimal and protobuf write instead of the label; undefined where the label itself is written. */
  readonly label?: string;
  /** The member of the full schema, with its attributes in their order; undefined where there is none. */
  readonly member?: { readonly name: string; readonly attributes: readonly string[] };
}

const vehicle = { name: 'vehicle', attributes: ['type', 'make', 'model', 'color', 'licenseState', 'license'] };
const person = { name: 'person', attributes: ['age', 'gender', 'hair', 'cap', 'apparel'] };
const face = {
  name: 'face',
  attributes: ['age', 'gender', 'hair', 'cap', 'glasses', 'facialhair', 'name', 'eyecolor'],
};
const product = { name: 'product', attributes: ['brand', 'type', 'shape'] };

/**
 * How each kind is written (eventmsg_payload.cpp: object_enum_to_str and generate_object_object). The extended kinds lose
 * their names in minimal and protobuf: the encoder has forgotten them there.
 */
export const kindNames: Readonly<Record<ObjectKind, KindNames>> = {
  vehicle: { label: 'Vehicle', member: vehicle },
  person: { label: 'Person', member: person },
  face: { label: 'Face', member: face },
  product: { label: 'Product', member: product },
  bag: { label: 'Bag' },
  bicycle: { label: 'Bicycle' },
  roadsign: { label: 'RoadSign' },
  'vehicle-extended': { label: 'Unknown', member: vehicle },
  'person-extended': { label: 'Unknown', member: person },
  'face-extended': { label: 'Unknown', member: face },
  'product-extended': { label: 'Unknown', member: product },
  custom: { label: 'Custom' },
  dummy: {},
  unknown: {},
};
