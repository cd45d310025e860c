using System.Diagnostics.CodeAnalysis;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Math4AI.Runtime;

/// <summary>
/// When the garbage collector finalizes a <c>LayerNorm</c> or a <c>GroupNorm</c>, TorchSharp 0.107 disposes of its
/// parameters, though others may hold them and be about to read them. No finalizer of a module does anything else: the
/// parameters have their own.
/// </summary>
internal static class ModuleFinalizers
{
    /// <summary>Lets the parameters of a module live for as long as somebody holds them.</summary>
    /// <returns>The module.</returns>
    [SuppressMessage("Usage", "CA1816", Justification = "The classes that would do so themselves are TorchSharp's.")]
    public static T Suppress<T>(T module)
        where T : nn.Module
    {
        foreach (nn.Module part in module.modules().Append(module).Where(part => part is LayerNorm or GroupNorm))
        {
            GC.SuppressFinalize(part);
        }

        return module;
    }
}
