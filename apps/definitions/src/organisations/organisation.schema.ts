import { Schema } from 'mongoose';

/** An organisation, in collection `organisations`: the tenant that everything else belongs to. */
export interface OrganisationRecord {
  _id: string;
  name: string;
  created_at: Date;
  /** Bytes of the documents of its workflows' versions. */
  workflow_bytes: number;
}

export const organisationSchema = new Schema<OrganisationRecord>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    created_at: { type: Date, required: true },
    workflow_bytes: { type: Number, default: 0 },
  },
  { collection: 'organisations', versionKey: false, strict: 'throw' },
);
