import { Schema } from 'mongoose';

/** An organisation, in collection `organisations`: the tenant that everything else belongs to. */
export interface OrganisationRecord {
  _id: string;
  name: string;
  created_at: Date;
}

export const organisationSchema = new Schema<OrganisationRecord>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    created_at: { type: Date, required: true },
  },
  { collection: 'organisations', versionKey: false, strict: 'throw' },
);
