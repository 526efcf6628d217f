export { storageQuotaProvider } from './storage-quota/storage-quota.provider.js';
export { StorageQuota, type StartQuota } from './storage-quota/storage-quota.js';
