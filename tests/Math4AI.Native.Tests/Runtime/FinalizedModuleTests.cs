using System.Runtime.CompilerServices;
using Math4AI.Training.Files;
using Math4AI.Training.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Math4AI.Tests.Runtime;

/// <summary>Who holds the parameters of a module need not hold the module.</summary>
public sealed class FinalizedModuleTests : TemporaryFolder
{
    [Fact]
    public void Parameters_outlive_the_network_of_the_library_that_they_were_taken_from() =>
        Outlive(() => new CharTransformer(5, 8, 2, 2, 8).named_parameters());

    [Fact]
    public void Parameters_outlive_a_module_with_norms_that_the_library_has_looked_at() => OutliveNorms(module =>
    {
        using ModuleState state = ModuleState.Of(module);
    });

    [Theory]
    [InlineData("module.dat")]
    [InlineData("module.safetensors")]
    public void Parameters_outlive_a_module_with_norms_that_the_library_has_saved(string name) =>
        OutliveNorms(module => ModuleFile.Save(module, In(name)));

    private static void OutliveNorms(Action<nn.Module> use) => Outlive(() =>
    {
        nn.Module module = nn.Sequential(
            nn.Linear(4, 6), nn.Sequential(nn.LayerNorm(6), nn.ReLU()), nn.GroupNorm(2, 6), nn.Linear(6, 1));
        use(module);
        return module.named_parameters();
    });

    private static void Outlive(Func<IEnumerable<(string Name, Parameter Parameter)>> make)
    {
        (string Name, Parameter Parameter)[] parameters = Made(make);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.NotEmpty(parameters);
        Assert.Empty(parameters.Where(each => each.Parameter.IsInvalid).Select(each => each.Name));
    }

    // A method of its own: no local variable of the caller holds the module.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (string Name, Parameter Parameter)[] Made(
        Func<IEnumerable<(string Name, Parameter Parameter)>> make) => [.. make()];
}
