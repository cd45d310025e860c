using Math4AI.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Math4AI.Tests.Training.Modules;

/// <summary>What the tables of modules are made of: cases with one input, and modules by a function.</summary>
internal static class ModuleParts
{
    public const int N = ModuleCase.Samples;

    public static ModuleCase Rows(string name, Func<nn.Module> make) => Of(name, make, () => randn(N, 6));

    public static ModuleCase Of(string name, Func<nn.Module> make, Func<Tensor> inputs) => new(
        name, make, (module, batch) =>
            ModuleCase.Simple(((Module<Tensor, Tensor>)module).call(batch.Inputs), batch.Targets), () =>
        {
            Tensor x = inputs();
            return new TensorData(x, Classes(x));
        });

    public static Tensor Classes(Tensor x)
    {
        Tensor sums = x.to_type(ScalarType.Float32).reshape(N, -1).narrow(1, 0, 1).flatten();
        return (sums > sums.median()).to_type(ScalarType.Int64);
    }

    public static Net Wide(Func<Net, Tensor, Tensor> run, params (string, object)[] parts) => new(run, parts);
}
