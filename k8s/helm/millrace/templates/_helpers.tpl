{{- /* The image of a service or program: (list $ NAME ITS-OWN-IMAGE-OR-NONE). */}}
{{- define "millrace.image" -}}
{{- $all := index . 0 }}
{{- $name := index . 1 }}
{{- $own := index . 2 }}
{{- with $all.Values.image }}
{{- $own | default (printf "%s%s/%s:%s" (ternary (printf "%s/" .registry) "" (ne .registry "")) .repository $name (.tag | default $all.Chart.AppVersion)) }}
{{- end }}
{{- end }}

{{- /* What is in the ConfigMap of settings. */}}
{{- define "millrace.settings" -}}
{{- $settings := dict "MILLRACE_NATS_MONITOR_URL" (printf "http://%s" .Values.servers.nats.headlessMonitor) }}
{{- range $name, $value := .Values.settings }}
{{- $_ := set $settings $name (kindIs "float64" $value | ternary ($value | toJson) ($value | toString)) }}
{{- end }}
{{- toYaml $settings }}
{{- end }}

{{- /* Pods start anew when a setting has changed. */}}
{{- define "millrace.podAnnotations" -}}
checksum/settings: {{ printf "%s\n%s" (include "millrace.settings" .) (toYaml .Values.workflowEnv) | sha256sum | quote }}
{{- end }}

{{- /* The variable with the URL of a server, and before it the one that it takes: (list $ SERVICE SERVER MAY-BE-MISSING VARIABLE). */}}
{{- define "millrace.serverVariables" -}}
{{- $all := index . 0 }}
{{- $name := index . 1 }}
{{- $server := index . 2 }}
{{- $secret := (index $all.Values.services $name).secret }}
{{- $at := index $all.Values.servers $server }}
{{- $variable := index . 4 }}
{{- $password := $variable | trimPrefix "MILLRACE_" | replace "_URL" "_PASSWORD" }}
{{- if $at.address }}
- name: {{ $password }}
  valueFrom:
    secretKeyRef: { name: {{ $secret }}, key: {{ upper $server }}_PASSWORD }
- name: {{ $variable }}
{{- if eq $server "nats" }}
  value: {{ printf "nats://%s:$(%s)@%s" $name $password $at.address | toJson }}
{{- else if eq $server "redis" }}
  value: {{ printf "redis://:$(%s)@%s" $password $at.address | toJson }}
{{- else }}
  value: {{ printf "mongodb://%s:$(%s)@%s/?%s" $at.user $password $at.address $at.options | toJson }}
{{- end }}
{{- else }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: MILLRACE_{{ upper $server }}_URL
{{- if index . 3 }}
      optional: true
{{- end }}
{{- end }}
{{- end }}
