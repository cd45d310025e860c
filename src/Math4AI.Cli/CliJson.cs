using System.Text.Json.Serialization;
using Math4AI.Runtime;

namespace Math4AI.Cli;

/// <summary>JSON without reflection: numbers in the shortest form that reads back to the same bits.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(SeparateSummary))]
[JsonSerializable(typeof(RoomSummary))]
[JsonSerializable(typeof(StreamSummary))]
[JsonSerializable(typeof(TrainSummary))]
[JsonSerializable(typeof(TrainWords))]
[JsonSerializable(typeof(DoctorSummary))]
[JsonSerializable(typeof(FitSummary))]
[JsonSerializable(typeof(PathBenchmarkResult[]))]
internal sealed partial class CliJson : JsonSerializerContext;
