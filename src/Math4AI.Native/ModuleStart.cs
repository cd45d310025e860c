using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Fitting;
using Math4AI.Fitting.Posteriors;
using Math4AI.Kernels;
using Math4AI.Kernels.Files;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Kernels.Machines;
using Math4AI.Language;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.LinearAlgebra.Provider;
using Math4AI.Runtime;
using Math4AI.Training.Images;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Combined;
using Math4AI.Training.Learners.Uncertain;
using Math4AI.Training.Tables;
using Math4AI.Unsupervised;
using Math4AI.Unsupervised.Clusters;
using Math4AI.Unsupervised.Codes;
using Math4AI.Unsupervised.Factors;
using Math4AI.Unsupervised.Hierarchies;
using Math4AI.Unsupervised.Maps;
using Math4AI.Unsupervised.Outliers;

namespace Math4AI;

/// <summary>
/// Runs once, at the first use of any type of this library. It registers where native libraries are found, the
/// providers for Math.NET, sound as a data format, and the kinds of models that a folder may hold. It loads nothing,
/// except with NativeAOT.
/// </summary>
internal static class ModuleStart
{
    [ModuleInitializer]
    [SuppressMessage(
        "Usage", "CA2255", Justification = "Math.NET must be on MKL before a user's first product, unasked.")]
    internal static void Start()
    {
        NativeRuntime.Register();
        Compute.SetProviderAccess(() => MathNetProvider.Current, MathNetProvider.TryUse);
        MathNetProvider.Register();
        RegisterOthers();
        // In a program of NativeAOT nothing is asked when TorchSharp looks for its library, which then must be there.
        _ = !RuntimeFeature.IsDynamicCodeSupported && OperatingSystem.IsLinux() && Compute.HasTensors;
    }

    // After the provider, which installs itself at once where Math.NET is loaded already: to compile a method that
    // names these classes loads it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RegisterOthers()
    {
        MathNetSeeds.TakeFromSystem();
        DataFormat.Register(new SoundFormat());
        KernelFeatures.Register();
        ModelFolder.Register(SavedMachines.ClassifierKind, SupportVectorClassifierFit.Load);
        ModelFolder.Register(SavedMachines.RegressorKind, SupportVectorFit.Load);
        ModelFolder.Register(SavedRidges.Kind, KernelRidgeFit.Load);
        ModelFolder.Register(SavedFeatureRidges.Kind, FeatureRidgeFit.Load);
        ModelFolder.Register(SavedProcesses.Kind, GaussianProcessFit.Load);
        ModelFolder.Register(SavedRobustProcesses.Kind, RobustGaussianProcessFit.Load);
        ModelFolder.Register(SavedSparseProcesses.Kind, SparseGaussianProcessFit.Load);
        ModelFolder.Register(SavedFormulaProcesses.Kind, FormulaProcessFit.Load);
        ModelFolder.Register(SavedClassProcesses.Kind, GaussianProcessClassifierFit.Load);
        ModelFolder.Register(SavedFit.Kind, SavedFit.Load);
        ModelFolder.Register(SavedGroups.Kind, SavedGroups.Load);
        ModelFolder.Register(SavedHierarchy.Kind, SavedHierarchy.Load);
        ModelFolder.Register(SavedPosterior.Kind, SavedPosterior.Load);
        ModelFolder.Register(TableModel.Kind, TableModel.Load);
        ModelFolder.Register(LinearPredictor.Kind, LinearPredictor.Load);
        ModelFolder.Register(TreesFit.Kind, TreesFit.Load);
        ModelFolder.Register(LogFit.Kind, LogFit.Load);
        ModelFolder.Register(TemperedFit.Kind, TemperedFit.Load);
        ModelFolder.Register(NetworkFit.Kind, NetworkFit.Load);
        ModelFolder.Register(UncertainNetworkFit.Kind, UncertainNetworkFit.Load);
        ModelFolder.Register(StackedFit.Kind, StackedFit.Load);
        ModelFolder.Register(LearnedTable.Kind, LearnedTable.Load);
        ModelFolder.Register(LearnedImages.Kind, LearnedImages.Load);
        ModelFolder.Register(ImageModel.Kind, ImageModel.Load);
        ModelFolder.Register(TextModel.Kind, TextModel.Load);
        RegisterUnsupervised();
    }

    private static void RegisterUnsupervised()
    {
        ModelFolder.Register(PrincipalComponentsFit.Kind, PrincipalComponentsFit.Load);
        ModelFolder.Register(TableMixture.Kind, TableMixture.Load);
        ModelFolder.Register(TableGroups.Kind, TableGroups.Load);
        ModelFolder.Register(TableMap.Kind, TableMap.Load);
        ModelFolder.Register(TableCode.Kind, TableCode.Load);
        ModelFolder.Register(PlaneMap.Kind, PlaneMap.Load);
        ModelFolder.Register(AutoencoderFit.Kind, AutoencoderFit.Load);
        ModelFolder.Register(DbscanFit.Kind, DbscanFit.Load);
        ModelFolder.Register(HdbscanFit.Kind, HdbscanFit.Load);
        ModelFolder.Register(AgglomerationFit.Kind, AgglomerationFit.Load);
        ModelFolder.Register(KMeansFit.Kind, KMeansFit.Load);
        ModelFolder.Register(RobustCovarianceFit.Kind, RobustCovarianceFit.Load);
        ModelFolder.Register(IsolationForestFit.Kind, IsolationForestFit.Load);
        ModelFolder.Register(LocalOutlierFit.Kind, LocalOutlierFit.Load);
        ModelFolder.Register(NonnegativeFactorizationFit.Kind, NonnegativeFactorizationFit.Load);
        ModelFolder.Register(GaussianMixtureFit.Kind, GaussianMixtureFit.Load);
    }
}
