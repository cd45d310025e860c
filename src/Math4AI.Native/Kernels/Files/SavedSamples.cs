using Math4AI.Data.Models;

namespace Math4AI.Kernels.Files;

/// <summary>What saved models of kernels have in common: a kernel by its formula, and the scaling of inputs.</summary>
internal static class SavedSamples
{
    public static void AddScaling(ModelArrays arrays, InputScaling scaling)
    {
        arrays.Add("inputs.shift", scaling.Shift);
        arrays.Add("inputs.scale", scaling.Scale);
    }

    public static InputScaling ReadScaling(ModelArrays arrays)
    {
        double[] shift = arrays.Vector("inputs.shift");
        return new InputScaling(shift, arrays.Vector("inputs.scale", shift.Length));
    }

    /// <summary>Adds scaled samples, and the scaling.</summary>
    public static void AddSamples(ModelArrays arrays, InputScaling scaling, string name, KernelSamples samples)
    {
        AddScaling(arrays, scaling);
        arrays.AddColumns(name, samples.Count, samples.Inputs, samples.Values);
    }

    /// <summary>Reads scaled samples, and the kernel that is used with them.</summary>
    /// <exception cref="InvalidDataException">One of them is damaged, or they do not belong together.</exception>
    public static (InputScaling Scaling, KernelSamples Samples, Kernel Kernel) ReadSamples(
        string folder, ModelArrays arrays, string name, string formula)
    {
        InputScaling scaling = ReadScaling(arrays);
        (double[] values, int count) = arrays.Columns(name, scaling.Inputs);
        var samples = KernelSamples.Of(values, count, scaling.Inputs);
        Kernel kernel = ReadKernel(folder, formula);
        kernel.Check(samples);
        return (scaling, samples, kernel);
    }

    /// <summary>Makes a saved kernel.</summary>
    /// <exception cref="InvalidDataException">
    /// The formula is damaged, or names a kernel that is not known here.
    /// </exception>
    public static Kernel ReadKernel(string folder, string formula)
    {
        try
        {
            return Kernel.Parse(formula);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{folder}: {e.Message}", e);
        }
    }

    public static void Require(string folder, bool isSound)
    {
        if (!isSound)
        {
            throw new InvalidDataException($"{folder} is damaged: its arrays do not belong together.");
        }
    }
}
