using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Training.Explanations;
using Math4AI.Training.Images;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Combined;
using Math4AI.Training.Learners.Uncertain;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training.Files;

/// <summary>The weights of a network in the folder of its model.</summary>
internal static class NetworkFolder
{
    public static void ReadWeights(string folder, nn.Module network)
    {
        string path = ModelFolder.WeightsOf(folder);
        using DisposeScope scope = NewDisposeScope();

        // Norms count their batches; files of earlier versions do not hold the count, which no prediction needs.
        ModuleFile.Give(
            network, ModuleFile.ReadArrays(path), path, strict: true, missing => missing.dtype == ScalarType.Int64);
    }

    public static void Write<T>(
        string folder, FileTransaction files, string kind, T about, JsonTypeInfo<T> type, nn.Module network) =>
        ModelFolder.Write(folder, files, kind, about, type, path => ModuleFile.Write(path, network));
}

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true,
    MaxDepth = 16)]
[JsonSerializable(typeof(TableModelDescription))]
[JsonSerializable(typeof(ImageModelDescription))]
[JsonSerializable(typeof(LearnedTableDescription))]
[JsonSerializable(typeof(LearnedImagesDescription))]
[JsonSerializable(typeof(SavedLinear))]
[JsonSerializable(typeof(SavedTrees))]
[JsonSerializable(typeof(SavedNetworks))]
[JsonSerializable(typeof(SavedUncertainNetworks))]
[JsonSerializable(typeof(SavedStack))]
[JsonSerializable(typeof(SavedLogarithm))]
[JsonSerializable(typeof(SavedTemperature))]
[JsonSerializable(typeof(SavedCalibration))]
[JsonSerializable(typeof(SavedBackgroundDescription))]
internal sealed partial class ModelJson : JsonSerializerContext;
