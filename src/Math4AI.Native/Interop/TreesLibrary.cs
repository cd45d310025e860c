using System.Runtime.InteropServices;

namespace Math4AI.Interop;

/// <summary>The C API of LightGBM 4, as far as training trees needs it. Source: LightGBM's <c>c_api.h</c>.</summary>
internal static unsafe partial class TreesLibrary
{
    public const string Name = "lib_lightgbm";

    private const int Float32 = 0;
    private const int Float64 = 1;

    /// <summary>Finds the library where NuGet puts it, beside the application.</summary>
    public static void Open()
    {
        if (NativeLibrary.TryLoad(Name, typeof(TreesLibrary).Assembly, null, out nint handle)
            || Places().Any(path => NativeLibrary.TryLoad(path, out handle)))
        {
            LibraryResolver.SetHandle(Name, handle);
            return;
        }

        LibraryResolver.SetProblem(
            Name, "Gradient-boosted trees need LightGBM's library (NuGet LightGBM), which does not load here; choose "
                + "another model.");
    }

    private static IEnumerable<string> Places()
    {
        string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        string file = Name + (OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so");
        yield return Path.Combine(AppContext.BaseDirectory, file);
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", $"{system}-x64", "native", file);
    }

    /// <summary>
    /// Makes a data set of samples × inputs, column after column, with a label for each, and perhaps a weight.
    /// </summary>
    public static nint CreateDataset(
        double[] columnMajor, int rows, int columns, (float[] Labels, float[] Weights) of, string parameters, nint like)
    {
        nint dataset;
        fixed (double* values = columnMajor)
        {
            Check(DatasetCreateFromMat(values, Float64, rows, columns, 0, parameters, like, out dataset));
        }

        SetField(dataset, "label", of.Labels);
        if (of.Weights.Length > 0)
        {
            SetField(dataset, "weight", of.Weights);
        }

        return dataset;
    }

    private static void SetField(nint dataset, string field, float[] values)
    {
        fixed (float* first = values)
        {
            Check(DatasetSetField(dataset, field, first, values.Length, Float32));
        }
    }

    /// <summary>The value of the metric on the validation part.</summary>
    public static double Evaluate(nint booster)
    {
        Check(BoosterGetEvalCounts(booster, out int count));
        double[] values = new double[Math.Max(1, count)];
        fixed (double* first = values)
        {
            Check(BoosterGetEval(booster, 1, out _, first));
        }

        return values[0];
    }

    /// <summary>The trees as text.</summary>
    public static string Text(nint booster)
    {
        Check(BoosterSaveModelToString(booster, 0, -1, 0, 0, out long length, null));
        byte[] text = new byte[length];
        fixed (byte* first = text)
        {
            Check(BoosterSaveModelToString(booster, 0, -1, 0, length, out _, first));
            return Marshal.PtrToStringUTF8((nint)first)!;
        }
    }

    /// <summary>The library's own predictions, rows × outputs, to compare ours with.</summary>
    public static double[] Predict(nint booster, double[] columnMajor, int rows, int columns, int outputs)
    {
        double[] found = new double[rows * outputs];
        fixed (double* values = columnMajor, first = found)
        {
            Check(BoosterPredictForMat(
                booster, values, Float64, rows, columns, 0, 0, 0, -1, string.Empty, out _, first));
        }

        return found;
    }

    /// <summary>Throws what the library says.</summary>
    public static void Check(int code)
    {
        if (code != 0)
        {
            throw new ArgumentException($"LightGBM refused: {Marshal.PtrToStringUTF8(GetLastError())}");
        }
    }

    [LibraryImport(Name, EntryPoint = "LGBM_DatasetFree")]
    public static partial int DatasetFree(nint dataset);

    [LibraryImport(Name, EntryPoint = "LGBM_BoosterCreate", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int BoosterCreate(nint training, string parameters, out nint booster);

    [LibraryImport(Name, EntryPoint = "LGBM_BoosterAddValidData")]
    public static partial int BoosterAddValidData(nint booster, nint validation);

    [LibraryImport(Name, EntryPoint = "LGBM_BoosterUpdateOneIter")]
    public static partial int BoosterUpdateOneIter(nint booster, out int isFinished);

    [LibraryImport(Name, EntryPoint = "LGBM_BoosterFree")]
    public static partial int BoosterFree(nint booster);

    [LibraryImport(Name, EntryPoint = "LGBM_BoosterGetEvalCounts")]
    private static partial int BoosterGetEvalCounts(nint booster, out int count);

    [LibraryImport(Name, EntryPoint = "LGBM_BoosterGetEval")]
    private static partial int BoosterGetEval(nint booster, int data, out int count, double* values);

    [LibraryImport(Name, EntryPoint = "LGBM_BoosterSaveModelToString")]
    private static partial int BoosterSaveModelToString(
        nint booster, int start, int iterations, int importance, long size, out long length, byte* text);

    [LibraryImport(Name, EntryPoint = "LGBM_BoosterPredictForMat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int BoosterPredictForMat(
        nint booster, double* data, int type, int rows, int columns, int isRowMajor, int kind, int start,
        int iterations,
        string parameters, out long length, double* found);

    [LibraryImport(Name, EntryPoint = "LGBM_DatasetCreateFromMat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DatasetCreateFromMat(
        double* data, int type, int rows, int columns, int isRowMajor, string parameters, nint like, out nint dataset);

    [LibraryImport(Name, EntryPoint = "LGBM_DatasetSetField", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DatasetSetField(nint dataset, string field, float* values, int count, int type);

    [LibraryImport(Name, EntryPoint = "LGBM_GetLastError")]
    private static partial nint GetLastError();
}
