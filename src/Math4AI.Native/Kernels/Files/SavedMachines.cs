using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Kernels.Machines;
using Math4AI.Probability.Forecasts;

namespace Math4AI.Kernels.Files;

/// <summary>
/// Support vector machines in folders. Support vectors are saved once, however many pairs of classes use them; a
/// machine names its own by their places.
/// </summary>
internal static class SavedMachines
{
    public const string ClassifierKind = "support-vector-classifier";
    public const string RegressorKind = "support-vector-regressor";

    public static void Write(string folder, FileTransaction files, SupportVectorFit fit) => ModelFolder.Write(
        folder,
        files,
        RegressorKind,
        new SavedMachineSet(fit.Kernel.Formula, [], [SavedMachine.Of(fit)]),
        MachineJson.Default.SavedMachineSet,
        Arrays(fit.Scaling, [fit]).All);

    public static void Write(string folder, FileTransaction files, SupportVectorClassifierFit fit) => ModelFolder.Write(
        folder,
        files,
        ClassifierKind,
        new SavedMachineSet(fit.PairMachines[0].Fit.Kernel.Formula, fit.Classes,
            [.. fit.PairMachines.Select(pair => SavedMachine.Of(pair.Fit) with
        {
            First = pair.First,
            Second = pair.Second,
            Sigmoid = pair.Sigmoid is { } sigmoid ? new SavedSigmoid(sigmoid.A, sigmoid.B) : null,
        })]),
        MachineJson.Default.SavedMachineSet,
        Arrays(fit.Scaling, fit.Machines).All);

    public static SupportVectorFit ReadRegressor(string folder)
    {
        SavedMachineSet about = Describe(folder, RegressorKind, about => about.Machines.Count == 1);
        return ReadMachines(folder, about)[0];
    }

    public static SupportVectorClassifierFit ReadClassifier(string folder)
    {
        SavedMachineSet about = Describe(folder, ClassifierKind, about =>
            about.Classes.Count >= 2
                && about.Machines.Count == (long)about.Classes.Count * (about.Classes.Count - 1) / 2
            && about.Machines.All(machine =>
                machine.First >= 0 && machine.First < machine.Second && machine.Second < about.Classes.Count
                && machine.Sigmoid is null == about.Machines[0].Sigmoid is null));
        SupportVectorFit[] machines = ReadMachines(folder, about);
        return new SupportVectorClassifierFit(
            machines[0].Scaling,
            [.. about.Classes],
            [.. machines.Zip(about.Machines, (fit, saved) => new PairMachine(
                saved.First, saved.Second, fit,
                saved.Sigmoid is { } sigmoid ? new SigmoidCalibration(sigmoid.A, sigmoid.B) : null))]);
    }

    private static ModelArrays Arrays(InputScaling scaling, IReadOnlyList<SupportVectorFit> machines)
    {
        var arrays = new ModelArrays();
        SavedSamples.AddScaling(arrays, scaling);
        (int Number, int Place)[] all =
        [
            .. machines.SelectMany(machine => machine.SupportVectors.Zip(machine.Places)).Distinct().Order(),
        ];
        arrays.AddColumns(
            "vectors", all.Length, scaling.Inputs,
            machines[0].Shared.Only([.. all.Select(vector => vector.Place)]).Values);
        arrays.Add("numbers", all.Select(vector => (double)vector.Number));
        Dictionary<int, int> places = all.Select((vector, place) => (vector.Number, place)).ToDictionary();
        for (int i = 0; i < machines.Count; i++)
        {
            arrays.Add($"machine.{i}.vectors", machines[i].SupportVectors.Select(number => (double)places[number]));
            arrays.Add($"machine.{i}.weights", machines[i].Weights);
        }

        return arrays;
    }

    private static SupportVectorFit[] ReadMachines(string folder, SavedMachineSet about)
    {
        ModelArrays arrays = ModelArrays.Read(folder);
        InputScaling scaling = SavedSamples.ReadScaling(arrays);
        Kernel kernel = SavedSamples.ReadKernel(folder, about.Kernel);
        (double[] values, int count) = arrays.Columns("vectors", scaling.Inputs);
        var samples = KernelSamples.Of(values, count, scaling.Inputs);
        int[] numbers = arrays.Places("numbers", int.MaxValue);
        SavedSamples.Require(folder, numbers.Length == samples.Count);
        kernel.Check(samples);
        return [.. about.Machines.Select((machine, i) =>
        {
            int[] places = arrays.Places($"machine.{i}.vectors", samples.Count);
            double[] weights = arrays.Vector($"machine.{i}.weights", places.Length);
            return new SupportVectorFit(scaling, kernel, samples, places, weights, numbers, machine);
        })];
    }

    private static SavedMachineSet Describe(string folder, string kind, Predicate<SavedMachineSet> isSound)
    {
        return ModelFolder.ReadDescription(folder, kind, MachineJson.Default.SavedMachineSet, about =>
            about is { Kernel: not null, Classes: not null, Machines.Count: > 0 }
                && about.Machines.All(machine => machine is not null)
            && isSound(about));
    }
}

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, MaxDepth = 16)]
[JsonSerializable(typeof(SavedMachineSet))]
[JsonSerializable(typeof(SavedRidge))]
[JsonSerializable(typeof(SavedFeatureRidge))]
[JsonSerializable(typeof(SavedProcess))]
[JsonSerializable(typeof(SavedFormulaProcess))]
[JsonSerializable(typeof(SavedSparseProcess))]
[JsonSerializable(typeof(SavedRobustProcess))]
[JsonSerializable(typeof(SavedClassProcess))]
internal sealed partial class MachineJson : JsonSerializerContext;
