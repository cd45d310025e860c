using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using Math4AI.Data;

namespace Math4AI.Tests;

/// <summary>The plan of the house: calls between rooms go one way. A room is the namespace below Math4AI.</summary>
public class ArchitectureTests
{
    /// <summary>Each room and the rooms that it may use, from the ground up; itself always.</summary>
    private static readonly Dictionary<string, string[]> Plan = new()
    {
        ["Interop"] = [],
        ["Runtime"] = ["Interop"],
        ["Processes"] = ["Interop", "Runtime"],
        ["Data"] = ["Interop", "Runtime", "Processes"],
        ["LinearAlgebra"] = ["Interop", "Runtime", "Data", "Processes"],
        ["Calculus"] = ["Runtime", "Data", "LinearAlgebra"],
        ["Probability"] = ["Runtime", "Data", "Processes", "LinearAlgebra", "Calculus"],
        ["Optimization"] = ["Runtime", "Data", "Processes", "LinearAlgebra", "Calculus", "Probability"],
        ["Audio"] = ["Interop", "Runtime", "Processes", "Data", "LinearAlgebra"],
        ["Features"] = [.. Mathematics, "Audio"],
        ["Fitting"] = [.. Mathematics],
        ["Kernels"] = [.. Mathematics, "Features", "Fitting"],
        ["Training"] = [.. Mathematics, "Features", "Fitting", "Kernels"],
        ["Unsupervised"] = [.. Mathematics, "Features", "Kernels", "Training"],
        ["Language"] = [.. Mathematics, "Features", "Fitting", "Training", "Unsupervised"],
        ["Separation"] = [.. Mathematics, "Audio"],
    };

    private static string[] Mathematics =>
        ["Runtime", "Data", "Processes", "LinearAlgebra", "Calculus", "Probability", "Optimization"];

    private static readonly Assembly Library = typeof(FileTransaction).Assembly;

    // Math.NET looks for its native providers under names of its own.
    private const string NamedByMathNet = "MathNetCreators.cs";

    private const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic
        | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Dictionary<short, OpCode> OpCodesByValue =
        typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    [Fact]
    public void Every_room_uses_those_that_the_plan_allows_and_no_other()
    {
        string[] broken = [.. Library.GetTypes()
            .Where(type => RoomOf(type) is not null)
            .SelectMany(type => Uses(type).Select(used => (From: RoomOf(type)!, type, To: RoomOf(used)!, used)))
            .Where(arrow => arrow.From != arrow.To && !Plan[arrow.From].Contains(arrow.To))
            .Select(arrow => $"{arrow.From} must not use {arrow.To}: {NameOf(arrow.type)} uses {NameOf(arrow.used)}.")
            .Distinct().Order()];
        Assert.True(broken.Length == 0, string.Join(Environment.NewLine, broken));
    }

    [Fact]
    public void Every_room_stands_in_the_plan() =>
        Assert.Empty(Library.GetTypes().Select(RoomOf).OfType<string>().Distinct().Except(Plan.Keys));

    [Fact]
    public void The_plan_goes_one_way()
    {
        string[] order = [.. Plan.Keys];
        foreach ((string room, string[] uses) in Plan)
        {
            Assert.All(uses, used =>
                Assert.True(Array.IndexOf(order, used) < Array.IndexOf(order, room), $"{room} uses {used}."));
        }
    }

    [Fact]
    public void Native_code_is_imported_in_Interop_alone() =>
        Assert.Empty(Library.GetTypes().Where(type => RoomOf(type) != "Interop")
            .Where(type =>
                type.GetMethods(Declared).Any(method => method.GetCustomAttribute<DllImportAttribute>() is not null))
            .Select(NameOf));

    /// <summary>
    /// A number that becomes a Scalar by itself is the garbage collector's, and may be freed while torch reads it: a
    /// training with dropout failed in two runs of three.
    /// </summary>
    [Fact]
    public void No_number_is_freed_while_torch_reads_it()
    {
        using var file = new PEReader(File.OpenRead(Library.Location));
        MetadataReader names = file.GetMetadataReader();
        Assert.DoesNotContain(names.MemberReferences.Select(names.GetMemberReference), member =>
            names.GetString(member.Name) == "op_Implicit" && member.Parent.Kind == HandleKind.TypeReference
            && names.GetString(names.GetTypeReference((TypeReferenceHandle)member.Parent).Name) == "Scalar");
    }

    [Fact]
    public void A_folder_is_a_namespace_and_holds_about_twenty_files()
    {
        string root = Path.Combine(Repository.Root, "src", "Math4AI.Native");
        foreach (string folder in Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories))
        {
            string[] files = Directory.GetFiles(folder, "*.cs");
            string space = "namespace Math4AI."
                + Path.GetRelativePath(root, folder).Replace(Path.DirectorySeparatorChar, '.') + ";";
            Assert.All(
                files.Where(file => Path.GetFileName(file) != NamedByMathNet),
                file => Assert.Contains(space, File.ReadAllText(file), StringComparison.Ordinal));
            Assert.True(files.Length <= 24, $"{folder} holds {files.Length} files.");
        }
    }

    [Fact]
    public void A_type_that_cannot_be_extended_is_sealed() =>
        Assert.Empty(Library.GetExportedTypes()
            .Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false } && !HasVirtualMembers(type))
            .Select(NameOf));

    private static bool HasVirtualMembers(Type type) =>
        type.GetMethods(Declared).Any(
            method => method is { IsVirtual: true, IsFinal: false } && (method.IsPublic || method.IsFamily));

    /// <summary>
    /// The room of a type of the library; null for others, and for the library's own start, which wires the rooms.
    /// </summary>
    private static string? RoomOf(Type type) =>
        type.Assembly == Library && type.Namespace is { } name && name.Split('.') is ["Math4AI", var room, ..]
            ? room
            : null;

    private static string NameOf(Type type) =>
        type.DeclaringType is { } outer && type.Name.Contains('<')
            ? NameOf(outer)
            : (type.FullName ?? type.Name).Replace("Math4AI.", string.Empty);

    /// <summary>
    /// The types of the library that a type mentions: in its declaration, its members and their code.
    /// </summary>
    private static IEnumerable<Type> Uses(Type type)
    {
        var found = new HashSet<Type>();
        Add(found, type.BaseType);
        Add(found, type.GetInterfaces());
        Add(found, type.GetFields(Declared).Select(field => field.FieldType));
        foreach (MethodBase method in type.GetMembers(Declared).OfType<MethodBase>())
        {
            Add(found, method.GetParameters().Select(parameter => parameter.ParameterType));
            Add(found, (method as MethodInfo)?.ReturnType);
            Add(found, method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType) ?? []);
            Add(found, Mentioned(method));
        }

        return found.Where(used => RoomOf(used) is not null);
    }

    private static void Add(HashSet<Type> found, IEnumerable<Type?> types)
    {
        foreach (Type? type in types)
        {
            Add(found, type);
        }
    }

    private static void Add(HashSet<Type> found, Type? type)
    {
        if (type is null || type.IsGenericParameter || !found.Add(type))
        {
            return;
        }

        Add(found, type.HasElementType ? type.GetElementType() : type.DeclaringType);
        Add(found, type.IsGenericType ? type.GetGenericArguments() : []);
    }

    /// <summary>
    /// The types that stand in the code of a method: those of the members that it calls and reads, and those that it
    /// makes.
    /// </summary>
    private static IEnumerable<Type?> Mentioned(MethodBase method)
    {
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        Type[] ofType = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : [];
        Type[] ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : [];
        for (int at = 0; at < code.Length;)
        {
            short value = code[at] == 0xFE ? (short)(0xFE00 | code[at + 1]) : code[at];
            OpCode instruction = OpCodesByValue[value];
            at += instruction.Size;
            if (instruction.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok
                or OperandType.InlineType)
            {
                MemberInfo? member = method.Module.ResolveMember(BitConverter.ToInt32(code, at), ofType, ofMethod);
                yield return member as Type ?? member?.DeclaringType;
                foreach (Type argument in member is MethodInfo { IsGenericMethod: true } called
                    ? called.GetGenericArguments()
                    : [])
                {
                    yield return argument;
                }
            }

            at += SizeOfOperand(instruction.OperandType, code, at);
        }
    }

    private static int SizeOfOperand(OperandType kind, byte[] code, int at) => kind switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
        _ => 4,
    };
}
