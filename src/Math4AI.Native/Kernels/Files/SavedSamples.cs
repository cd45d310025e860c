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

    public static void RequireKind(string folder, string kind)
    {
        if (ModelFolder.KindOf(folder) is var found && found != kind)
        {
            throw new InvalidDataException($"{folder} holds a model of the kind '{found}', and '{kind}' is needed: "
                + "ModelFolder.Open reads any kind.");
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
