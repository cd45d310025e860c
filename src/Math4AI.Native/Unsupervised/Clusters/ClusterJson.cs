using System.Text.Json.Serialization;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UseStringEnumConverter = true,
    MaxDepth = 16)]
[JsonSerializable(typeof(SavedKMeans))]
[JsonSerializable(typeof(SavedMixture))]
[JsonSerializable(typeof(SavedDbscan))]
internal sealed partial class ClusterJson : JsonSerializerContext;
